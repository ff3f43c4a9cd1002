#include "film/make.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/clip_file.h"
#include "archive/files.h"
#include "base/alloc.h"
#include "codec/encoder.h"
#include "codec/jpeg_decode.h"
#include "film/caption.h"
#include "film/fit.h"
#include "film/level.h"
#include "media/fmp4.h"

/* Photos of a group. Each group has a new encoder, so that it does not depend on whether the
 * process was interrupted before it. */
enum { GROUP_PHOTOS = 50, PHOTO_MAX_BYTES = 64 << 20, QUALITY = 70 };
#define NOT_SEEN (-2.0)
/* A photo with a lower mean is a night photo. */
static const double NIGHT_MEAN = 24;

struct maker {
    int folder, archive;
    struct film_job job;
    struct film_progress progress;
    struct archive_item item;
    struct clip_file *clip; /* NULL: no picture yet */
    struct jpeg_decode decode;
    struct fit fit; /* planes NULL: the size is unknown yet */
    double *means;  /* of each photo; NOT_SEEN: not computed yet */
    struct size {
        uint16_t width, height; /* of the photo, to the next multiple of 16 */
    } * sizes;
    uint8_t *photo; /* the bytes of one */
    size_t photo_cap;
};

/* --- Files. --- */

static int read_whole(int folder, const char *name, uint8_t **bytes, size_t *cap, size_t *ret_len)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    int r = fstat(fd, &st) < 0 ? -errno : st.st_size > PHOTO_MAX_BYTES ? -EFBIG : 0;
    if (r == 0 && *cap < (size_t)st.st_size + 1) {
        mem_free(*bytes);
        *cap = (size_t)st.st_size + 1;
        *bytes = mem_try_alloc(*cap);
        r = *bytes ? 0 : -ENOMEM;
        *cap = *bytes ? *cap : 0;
    }
    if (r == 0)
        r = files_read(fd, 0, *bytes, (size_t)st.st_size, ret_len);
    assert(r < 0 || *bytes);
    if (r == 0)
        (*bytes)[*ret_len] = 0;
    close(fd);
    return r;
}

static int read_job(struct maker *maker)
{
    uint8_t *text = NULL;
    size_t cap = 0, len;
    int r = read_whole(maker->folder, "job", &text, &cap, &len);
    if (r < 0) {
        mem_free(text);
        return r;
    }
    return film_job_read((char *)text, &maker->job);
}

/* Atomic: leaves the previous one or this one. */
static int write_progress(const struct maker *maker, uint64_t bytes)
{
    char text[256];
    const int n = snprintf(text, sizeof(text), "%u %u %llu %s\n", maker->progress.next,
                           maker->progress.frames, (unsigned long long)bytes, maker->item.path);
    int fd = openat(maker->folder, "progress.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int r = files_write(fd, text, (size_t)n);
    if (r == 0 && fdatasync(fd) < 0)
        r = -errno;
    close(fd);
    if (r == 0 && renameat(maker->folder, "progress.new", maker->folder, "progress") < 0)
        r = -errno;
    return r < 0 ? r : files_sync_folder_of(maker->folder, "progress");
}

/* Continues after the last group. *ret_is_done: the film is complete. */
static int resume(struct maker *maker, bool *ret_is_done)
{
    uint8_t *text = NULL;
    size_t cap = 0, len = 0;
    unsigned long long bytes = 0;
    struct film_progress *p = &maker->progress;
    *ret_is_done = false;
    int r = read_whole(maker->folder, "progress", &text, &cap, &len);
    if (r == 0 && (sscanf((char *)text, "%u %u %llu %119[^\n]", &p->next, &p->frames, &bytes,
                          maker->item.path) != 4 ||
                   p->next > maker->job.n_photos))
        r = -EBADMSG;
    mem_free(text);
    if (r == -ENOENT || (r == 0 && p->frames == 0)) {
        /* An interrupted group may have begun the file. */
        archive_item_name(&maker->item, 0);
        return files_remove(maker->folder, maker->item.path);
    }
    if (r < 0)
        return r;
    r = clip_file_resume(maker->folder, &maker->item, bytes, &maker->clip);
    if (r == -EALREADY) {
        *ret_is_done = true;
        return 0;
    }
    return r < 0 ? r : fit_init(&maker->fit, maker->item.width, maker->item.height);
}

/* --- Photos. --- */

static bool read_photo(struct maker *maker, unsigned i, size_t *ret_len)
{
    return read_whole(maker->archive, maker->job.photos[i], &maker->photo, &maker->photo_cap,
                      ret_len) == 0;
}

static double mean_of(const struct picture *grey)
{
    uint64_t sum = 0;
    for (unsigned y = 0; y < grey->height; y++)
        for (unsigned x = 0; x < grey->width; x++)
            sum += grey->planes[0][(size_t)y * grey->strides[0] + x];
    return (double)sum / ((double)grey->width * grey->height);
}

/* Brightness of photo i, LEVEL_NONE if it is left out. */
static double look_at(struct maker *maker, unsigned i)
{
    struct picture grey;
    size_t len = 0;
    if (maker->means[i] != NOT_SEEN)
        return maker->means[i];
    maker->means[i] = LEVEL_NONE;
    if (read_photo(maker, i, &len) &&
        jpeg_decode_thumbnail(&maker->decode, maker->photo, len, &grey) == 0) {
        const double mean = mean_of(&grey);
        maker->sizes[i] = (struct size){(uint16_t)(grey.width * 8), (uint16_t)(grey.height * 8)};
        if (!maker->job.settings.skip_night || mean >= NIGHT_MEAN)
            maker->means[i] = mean;
    }
    return maker->means[i];
}

static void make_table(struct maker *maker, unsigned i, uint8_t table[256])
{
    const unsigned n = maker->job.n_photos;
    if (!maker->job.settings.deflicker) {
        level_same(table);
        return;
    }
    for (unsigned k = i > LEVEL_REACH ? i - LEVEL_REACH : 0; k < n && k <= i + LEVEL_REACH; k++)
        (void)look_at(maker, k);
    level_table(maker->means, n, i, table);
}

/* The picture of photo i in the film's frame; -EBADMSG: left out. */
static int take_photo(struct maker *maker, unsigned i, struct picture *ret_picture)
{
    const struct film_crop *crop = &maker->job.settings.crop;
    uint8_t table[256];
    char text[CAPTION_BYTES];
    struct picture photo;
    size_t len = 0;
    if (look_at(maker, i) < 0)
        return -EBADMSG;
    make_table(maker, i, table);
    if (!read_photo(maker, i, &len))
        return -EBADMSG;
    int r = 0;
    if (!maker->fit.planes) {
        r = jpeg_decode_planes(&maker->decode, maker->photo, len, 1, &photo);
        if (r < 0)
            return r == -ENOMEM ? r : -EBADMSG;
        uint16_t width, height;
        fit_size(photo.width, photo.height, &maker->job.settings, &width, &height);
        r = fit_init(&maker->fit, width, height);
    }
    if (r == 0)
        r = jpeg_decode_planes(
            &maker->decode, maker->photo, len,
            fit_scale(&maker->fit, maker->sizes[i].width, maker->sizes[i].height, crop), &photo);
    if (r == 0)
        *ret_picture = fit_picture(&maker->fit, &photo, crop, table);
    if (r == 0 && maker->job.settings.stamp && caption_text(maker->job.photos[i], text))
        caption_draw(text, maker->fit.planes, maker->fit.width, maker->fit.height,
                     ret_picture->limited);
    return r == -ENOMEM ? r : r < 0 ? -EBADMSG : 0;
}

/* --- Groups. --- */

struct group {
    struct clip_unit units[GROUP_PHOTOS];
    size_t at[GROUP_PHOTOS]; /* of their bytes */
    unsigned n;
    uint8_t *bytes;
    size_t len, cap;
    uint8_t init[FMP4_INIT_MAX_BYTES];
    size_t init_bytes;
};

static uint64_t ticks(const struct maker *maker, uint64_t frame)
{
    return frame * FMP4_TIMESCALE / maker->job.settings.fps;
}

static int add_unit(const struct maker *maker, struct group *group, const struct encoder_unit *unit)
{
    if (group->len + unit->len_bytes > group->cap) {
        const size_t cap = 2 * group->cap + unit->len_bytes;
        uint8_t *bytes = mem_try_alloc(cap);
        if (!bytes)
            return -ENOMEM;
        if (group->len)
            memcpy(bytes, group->bytes, group->len);
        mem_free(group->bytes);
        group->bytes = bytes;
        group->cap = cap;
    }
    const uint64_t frame = maker->progress.frames + group->n;
    assert(group->bytes && unit->data);
    memcpy(group->bytes + group->len, unit->data, unit->len_bytes);
    group->units[group->n] =
        (struct clip_unit){.len_bytes = (uint32_t)unit->len_bytes,
                           .duration = (uint32_t)(ticks(maker, frame + 1) - ticks(maker, frame)),
                           .key = unit->key};
    group->at[group->n++] = group->len;
    group->len += unit->len_bytes;
    return 0;
}

static int encode_photo(struct maker *maker, unsigned i, void **encoder, struct group *group)
{
    const struct encoder_ops *ops = encoder_find(NULL);
    struct picture picture;
    struct encoder_unit unit = {0};
    int r = take_photo(maker, i, &picture);
    if (r == -EBADMSG)
        return 0;
    if (r == 0 && !*encoder)
        r = ops->create(&(struct encoder_params){.width = maker->fit.width,
                                                 .height = maker->fit.height,
                                                 .quality = QUALITY},
                        encoder);
    if (r == 0)
        r = ops->encode(*encoder, &picture, (int64_t)group->n * 1000000 / maker->job.settings.fps,
                        group->n == 0, &unit);
    if (r == 0 && group->n == 0)
        r = fmp4_init_write(unit.params, group->init, &group->init_bytes);
    return r < 0 ? r : add_unit(maker, group, &unit);
}

static int write_group(struct maker *maker, struct group *group)
{
    int r = 0;
    if (!maker->clip)
        r = clip_file_create(maker->folder, &maker->item, group->init, group->init_bytes,
                             &maker->clip);
    for (unsigned i = 0; i < group->n; i++)
        group->units[i].bytes = group->bytes + group->at[i];
    if (r == 0)
        r = clip_file_add(maker->clip, group->units, group->n);
    return r < 0 ? r : clip_file_sync(maker->clip);
}

static int make_group(struct maker *maker)
{
    const unsigned left = maker->job.n_photos - maker->progress.next;
    const unsigned n = left < GROUP_PHOTOS ? left : GROUP_PHOTOS;
    struct group group = {.n = 0};
    void *encoder = NULL;
    int r = 0;
    for (unsigned i = 0; r == 0 && i < n; i++)
        r = encode_photo(maker, maker->progress.next + i, &encoder, &group);
    if (encoder)
        encoder_find(NULL)->destroy(encoder);
    if (r == 0 && group.n > 0)
        r = write_group(maker, &group);
    mem_free(group.bytes);
    if (r < 0)
        return r;
    maker->progress.next += n;
    maker->progress.frames += group.n;
    return write_progress(maker, maker->clip ? clip_file_bytes(maker->clip) : 0);
}

/* The poster is a photo from the middle. */
static int put_poster(struct maker *maker)
{
    size_t len = 0;
    unsigned i = maker->job.n_photos / 2;
    while (i + 1 < maker->job.n_photos && look_at(maker, i) < 0)
        i++;
    int r = files_remove(maker->folder, "poster.jpg");
    if (r == 0 && read_photo(maker, i, &len))
        r = files_put(maker->folder, "poster.jpg", maker->photo, len);
    return r;
}

static int make_all(struct maker *maker, void (*each)(void *, const struct film_progress *),
                    void *ctx)
{
    bool is_done;
    int r = resume(maker, &is_done);
    if (r == 0 && each)
        each(ctx, &maker->progress);
    while (r == 0 && !is_done && maker->progress.next < maker->job.n_photos) {
        r = make_group(maker);
        if (r == 0 && each)
            each(ctx, &maker->progress);
    }
    if (r < 0 || is_done)
        return r;
    if (!maker->clip)
        return -ENODATA;
    r = put_poster(maker);
    if (r < 0)
        return r;
    r = clip_file_close(maker->clip, &maker->item);
    maker->clip = NULL;
    return r;
}

int film_make(int folder, int archive, void (*each)(void *ctx, const struct film_progress *),
              void *ctx, struct archive_item *ret_item)
{
    struct maker maker = {.folder = folder, .archive = archive};
    int r = read_job(&maker);
    if (r == 0)
        r = jpeg_decode_init(&maker.decode);
    if (r == 0) {
        const struct film_job *job = &maker.job;
        maker.progress.total = job->n_photos;
        maker.item = (struct archive_item){
            .kind = ARCHIVE_FILM, .reason = job->reason, .start_us = job->start_us};
        memcpy(maker.item.camera, job->camera, sizeof(maker.item.camera));
        maker.means = mem_new_array(double, job->n_photos);
        maker.sizes = mem_new_array(struct size, job->n_photos);
        for (unsigned i = 0; i < job->n_photos; i++)
            maker.means[i] = NOT_SEEN;
        r = make_all(&maker, each, ctx);
    }
    if (maker.clip)
        clip_file_abandon(maker.clip);
    jpeg_decode_finish(&maker.decode);
    fit_finish(&maker.fit);
    film_job_finish(&maker.job);
    mem_free(maker.means);
    mem_free(maker.sizes);
    mem_free(maker.photo);
    if (r == 0)
        *ret_item = maker.item;
    return r;
}
