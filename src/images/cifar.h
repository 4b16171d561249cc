/*
 * Records of CIFAR's binary files, read one by one.
 */
#ifndef IMAGES_CIFAR_H
#define IMAGES_CIFAR_H

#include "evoscope/image_files.h"

/* How many records a file of CIFAR's has; 0 with err set when it is no such file. */
size_t cifar_records(FILE *stream, const struct evo_cifar_format *format, const char *path,
                     struct evo_error *err);
/* The next record, its label and pixels as images.bin has them. number: from 0, for messages. */
bool cifar_record_read(FILE *stream, const struct evo_cifar_format *format, const char *path,
                       size_t number, unsigned char *out, struct evo_error *err);

#endif
