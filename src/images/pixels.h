/*
 * Memory for images, which all that reads or draws them asks for.
 */
#ifndef IMAGES_PIXELS_H
#define IMAGES_PIXELS_H

#include "evoscope/images.h"

/* Makes room for `count` square images of three channels with their labels, which are all 0; pixels
   are not cleared. EVO_E_MEMORY. evo_images_clear frees. */
bool images_allocate(struct evo_images *images, size_t count, size_t side, size_t classes,
                     struct evo_error *err);

#endif
