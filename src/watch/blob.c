#include "watch/blob.h"

#include <string.h>

#include "base/alloc.h"

void blob_scratch_init(struct blob_scratch *scratch, unsigned count)
{
    *scratch = (struct blob_scratch){.kept = mem_new_array(uint8_t, count),
                                     .queue = mem_new_array(uint16_t, count)};
}

void blob_scratch_finish(struct blob_scratch *scratch)
{
    mem_free(scratch->kept);
    mem_free(scratch->queue);
    *scratch = (struct blob_scratch){0};
}

/* The border stays off, so that the code below need not check for the grid's edge. */
static unsigned keep(const uint8_t *on, const struct grid *grid, unsigned neighbours_min,
                     uint8_t *kept)
{
    const int width = (int)grid->width;
    unsigned count = 0;
    memset(kept, 0, (size_t)grid->width * grid->height);
    for (unsigned y = 1; y + 1 < grid->height; y++) {
        const uint8_t *row = on + y * grid->width;
        uint8_t *out = kept + y * grid->width;
        for (int x = 1; x + 1 < width; x++) {
            const unsigned around =
                (unsigned)(row[x - width - 1] + row[x - width] + row[x - width + 1] + row[x - 1] +
                           row[x + 1] + row[x + width - 1] + row[x + width] + row[x + width + 1]);
            out[x] = row[x] & (around >= neighbours_min);
        }
    }
    for (unsigned i = 0; i < grid->width * grid->height; i++)
        count += kept[i];
    return count;
}

/* Takes the blob with cell first out of kept. */
static struct blob fill(struct blob_scratch *scratch, const struct grid *grid, unsigned first)
{
    struct blob blob = {.left = grid->width, .top = grid->height};
    uint64_t sum_x = 0, sum_y = 0;
    unsigned end = 0;
    scratch->kept[first] = 0;
    scratch->queue[end++] = (uint16_t)first;
    for (unsigned next = 0; next < end; next++) {
        const unsigned cell = scratch->queue[next];
        const unsigned x = cell % grid->width, y = cell / grid->width;
        sum_x += x;
        sum_y += y;
        blob.left = x < blob.left ? x : blob.left;
        blob.right = x > blob.right ? x : blob.right;
        blob.top = y < blob.top ? y : blob.top;
        blob.bottom = y > blob.bottom ? y : blob.bottom;
        for (unsigned v = cell - grid->width; v <= cell + grid->width; v += grid->width)
            for (unsigned near = v - 1; near <= v + 1; near++)
                if (scratch->kept[near]) {
                    scratch->kept[near] = 0;
                    scratch->queue[end++] = (uint16_t)near;
                }
    }
    blob.area = end;
    blob.x = (float)sum_x / (float)end;
    blob.y = (float)sum_y / (float)end;
    return blob;
}

static unsigned smallest(const struct blob *blobs)
{
    unsigned least = 0;
    for (unsigned i = 1; i < BLOBS_MAX; i++)
        if (blobs[i].area < blobs[least].area)
            least = i;
    return least;
}

unsigned blob_find(const uint8_t *on, const struct grid *grid, unsigned neighbours_min,
                   unsigned area_min, struct blob_scratch *scratch, struct blob blobs[BLOBS_MAX])
{
    unsigned count = 0, left = keep(on, grid, neighbours_min, scratch->kept);
    for (unsigned i = 0; left > 0; i++) {
        if (!scratch->kept[i])
            continue;
        const struct blob blob = fill(scratch, grid, i);
        left -= blob.area;
        if (blob.area < area_min)
            continue;
        if (count < BLOBS_MAX) {
            blobs[count++] = blob;
            continue;
        }
        const unsigned least = smallest(blobs);
        if (blob.area > blobs[least].area)
            blobs[least] = blob;
    }
    return count;
}
