/*
 * A bounded queue: a ring behind one mutex.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "evoscope/base.h"
#include "clock.h"

struct evo_queue {
	pthread_mutex_t mutex;
	pthread_cond_t filled;
	size_t item_size, capacity;
	size_t first, count;
	char *items;
};

struct evo_queue *evo_queue_create(size_t item_size, size_t capacity)
{
	struct evo_queue *queue = evo_calloc(1, sizeof(*queue));

	pthread_mutex_init(&queue->mutex, NULL);
	evo_condition_init(&queue->filled);
	queue->item_size = item_size;
	queue->capacity = capacity;
	queue->items = evo_calloc(capacity, item_size);
	return queue;
}

void evo_queue_destroy(struct evo_queue *queue)
{
	if (queue == NULL)
		return;
	pthread_cond_destroy(&queue->filled);
	pthread_mutex_destroy(&queue->mutex);
	free(queue->items);
	free(queue);
}

bool evo_queue_push(struct evo_queue *queue, const void *item)
{
	pthread_mutex_lock(&queue->mutex);
	bool room = queue->count < queue->capacity;
	if (room) {
		size_t slot = (queue->first + queue->count) % queue->capacity;
		memcpy(queue->items + slot * queue->item_size, item, queue->item_size);
		queue->count++;
		pthread_cond_signal(&queue->filled);
	}
	pthread_mutex_unlock(&queue->mutex);
	return room;
}

static bool take_locked(struct evo_queue *queue, void *item)
{
	if (queue->count == 0)
		return false;
	memcpy(item, queue->items + queue->first * queue->item_size, queue->item_size);
	queue->first = (queue->first + 1) % queue->capacity;
	queue->count--;
	return true;
}

bool evo_queue_pop(struct evo_queue *queue, void *item)
{
	pthread_mutex_lock(&queue->mutex);
	bool taken = take_locked(queue, item);
	pthread_mutex_unlock(&queue->mutex);
	return taken;
}

bool evo_queue_wait(struct evo_queue *queue, void *item, double seconds)
{
	struct timespec deadline = evo_deadline(seconds > 0 ? seconds : 0);
	const struct timespec *until = seconds < 0 ? NULL : &deadline;

	pthread_mutex_lock(&queue->mutex);
	bool taken = take_locked(queue, item);
	bool waiting = true;
	while (!taken && waiting) {
		waiting = evo_condition_wait(&queue->filled, &queue->mutex, until);
		taken = take_locked(queue, item);
	}
	pthread_mutex_unlock(&queue->mutex);
	return taken;
}
