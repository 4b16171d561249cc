/*
 * NATS-Bench's accuracies: the 15,625 cells of NAS-Bench-201 trained for 200 epochs on each of
 * three datasets (Dong, Liu, Musial and Gabrys 2021), as a CSV table of three columns.
 */
#include "config.h"

#include "import.h"

#include <assert.h>

static const struct evo_importer_dataset datasets[] = {
        {"CIFAR10TestAccuracy200Epochs", "cifar10", "NAS-Bench-201, CIFAR-10",
         "CIFAR-10 test accuracy, 200 epochs", "CIFAR-10", 10, EVO_IMAGES_CIFAR10},
        {"CIFAR100TestAccuracy200Epochs", "cifar100", "NAS-Bench-201, CIFAR-100",
         "CIFAR-100 test accuracy, 200 epochs", "CIFAR-100", 100, EVO_IMAGES_CIFAR100},
        {"ImageNetTestAccuracy200Epochs", "imagenet16-120", "NAS-Bench-201, ImageNet16-120",
         "ImageNet16-120 test accuracy, 200 epochs", "ImageNet16-120", 120, EVO_IMAGES_NONE},
};
static_assert(EVO_COUNT(datasets) <= EVO_IMPORT_DATASETS_MAX, "a report has room for these");

/* The probe is of the paper's size. */
const struct evo_importer bench_nats_bench = {
        .name = "nats-bench",
        .called = "NATS-Bench's accuracy table",
        .prefix = "nb201",
        .space = "nb201",
        .architecture = "ArchitectureString",
        .probe = {.channels = 16, .cells = 5, .side = 32},
        .batch = 16,
        .datasets = datasets,
        .dataset_count = EVO_COUNT(datasets),
};
