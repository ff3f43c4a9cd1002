#include "service/film_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/clip_file.h"
#include "archive/files.h"
#include "base/alloc.h"

enum { PAGE = 500, POSTER_MAX_BYTES = 64 << 20, DEPTH_MAX = 8, NAME_TRIES = 100 };

void film_folder_path(const char *id, char out[FILM_FOLDER_MAX_BYTES])
{
    snprintf(out, FILM_FOLDER_MAX_BYTES, "../films/%s", id);
}

/* --- The job. --- */

/* Newest first, like index_list. */
static int list_photos(struct shelf *shelf, struct index_filter *filter, struct text *text,
                       unsigned *ret_n)
{
    struct archive_item *items = mem_new_array(struct archive_item, PAGE);
    unsigned n = 0;
    int got = PAGE;
    while (got == PAGE && n <= FILM_PHOTOS_MAX && !text->cut) {
        got = index_list(shelf->index, filter, items, PAGE);
        for (int i = 0; i < got; i++)
            text_add(text, "%s\n", items[i].path);
        if (got > 0) {
            filter->before_us = items[got - 1].start_us;
            filter->before_id = items[got - 1].id;
            n += (unsigned)got;
        }
    }
    mem_free(items);
    if (got < 0)
        return got;
    *ret_n = n;
    return text->cut || n > FILM_PHOTOS_MAX ? -EFBIG : n == 0 ? -ENOENT : 0;
}

static int compare_newest(const void *a, const void *b)
{
    const struct archive_item *x = a, *y = b;
    if (x->start_us != y->start_us)
        return x->start_us < y->start_us ? 1 : -1;
    return x->id < y->id ? 1 : x->id > y->id ? -1 : 0;
}

/* The camera's photos among these items, newest first, each once. */
static int list_chosen(struct shelf *shelf, const char *camera, const struct film_source *source,
                       struct text *text, unsigned *ret_n)
{
    struct archive_item *items = mem_new_array(struct archive_item, source->n_ids + 1);
    unsigned n = 0, written = 0;
    int r = 0;
    for (unsigned i = 0; i < source->n_ids && (r == 0 || r == -ENOENT); i++) {
        r = index_get(shelf->index, source->ids[i], &items[n]);
        n += r == 0 && items[n].kind == ARCHIVE_PHOTO && strcmp(items[n].camera, camera) == 0;
    }
    qsort(items, n, sizeof(*items), compare_newest);
    for (unsigned i = 0; i < n; i++) {
        if (i > 0 && items[i].id == items[i - 1].id)
            continue;
        text_add(text, "%s\n", items[i].path);
        written++;
    }
    mem_free(items);
    *ret_n = written;
    return r < 0 && r != -ENOENT ? r : text->cut ? -EFBIG : written == 0 ? -ENOENT : 0;
}

static int open_folder(int root, const char *id, int *ret_fd)
{
    char path[FILM_FOLDER_MAX_BYTES];
    film_folder_path(id, path);
    int fd = openat(root, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    *ret_fd = fd;
    return 0;
}

static int make_folder(int root, const char *id, int *ret_fd)
{
    char path[FILM_FOLDER_MAX_BYTES];
    film_folder_path(id, path);
    if (mkdirat(root, "../films", 0700) < 0 && errno != EEXIST)
        return -errno;
    if (mkdirat(root, path, 0700) < 0)
        return -errno;
    int r = files_sync_folder_of(root, path);
    return r < 0 ? r : open_folder(root, id, ret_fd);
}

int film_folder_create(struct shelf *shelf, const char *id, const struct film_job *job,
                       const struct film_source *source, unsigned *ret_photos)
{
    struct index_filter filter = {.camera = job->camera,
                                  .kind = ARCHIVE_PHOTO,
                                  .reason = -1,
                                  .from_us = source->from_us,
                                  .until_us = source->until_us};
    struct text text = text_growing(FILM_JOB_MAX_BYTES);
    int folder = -1;
    film_job_write_head(job, &text);
    int r = source->ids ? list_chosen(shelf, job->camera, source, &text, ret_photos)
                        : list_photos(shelf, &filter, &text, ret_photos);
    if (r == 0)
        r = film_folder_remove(shelf, id); /* of a film whose request was never answered */
    if (r == 0)
        r = make_folder(shelf->root, id, &folder);
    if (r == 0)
        r = files_put(folder, "job", text.bytes, text.len);
    if (folder >= 0)
        close(folder);
    text_finish(&text);
    return r;
}

/* --- The film. --- */

static int read_poster(int folder, uint8_t **ret_bytes, size_t *ret_len)
{
    struct stat st;
    int fd = openat(folder, "poster.jpg", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return -errno;
    uint8_t *bytes = NULL;
    int r = fstat(fd, &st) < 0 ? -errno : st.st_size > POSTER_MAX_BYTES ? -EFBIG : 0;
    if (r == 0) {
        bytes = mem_try_alloc((size_t)st.st_size + 1);
        r = bytes ? files_read(fd, 0, bytes, (size_t)st.st_size, ret_len) : -ENOMEM;
    }
    close(fd);
    if (r < 0)
        mem_free(bytes);
    else
        *ret_bytes = bytes;
    return r;
}

/* Moves it into the archive, under a free name. */
static int move(int root, int folder, const char *path, struct archive_item *item)
{
    int r = -EEXIST;
    for (unsigned n = 0; r == -EEXIST && n < NAME_TRIES; n++) {
        archive_item_name(item, n);
        r = files_make_way(root, item->path);
        if (r == 0 && renameat2(folder, path, root, item->path, RENAME_NOREPLACE) < 0)
            r = -errno;
    }
    return r < 0 ? r : files_sync_folder_of(root, item->path);
}

int film_folder_keep(struct shelf *shelf, const char *id, const char *path,
                     const struct film_job *job, struct archive_item *ret_item)
{
    struct archive_item item = {.kind = ARCHIVE_FILM,
                                .reason = job->reason,
                                .start_us = job->start_us,
                                .end_us = job->start_us};
    uint8_t *poster = NULL;
    size_t poster_bytes = 0;
    bool was_open;
    int folder = -1;
    memcpy(item.camera, job->camera, sizeof(item.camera));
    int r = open_folder(shelf->root, id, &folder);
    if (r < 0)
        return r;
    r = move(shelf->root, folder, path, &item);
    if (r == -ENOENT) { /* already moved: the server ended before it could store that */
        int64_t found;
        archive_item_name(&item, 0);
        r = index_find(shelf->index, item.path, &found);
        close(folder);
        return r < 0 ? r : index_get(shelf->index, found, ret_item);
    }
    if (r == 0)
        r = clip_file_recover(shelf->root, &item, false, &was_open);
    if (r == 0 && read_poster(folder, &poster, &poster_bytes) < 0)
        poster = NULL;
    if (r == 0)
        r = shelf_add(shelf, &item, poster, poster_bytes);
    mem_free(poster);
    close(folder);
    if (r == 0)
        *ret_item = item;
    return r;
}

/* --- Its end. --- */

static int empty(int folder, unsigned depth)
{
    DIR *dir = fdopendir(folder); /* takes it */
    const struct dirent *entry;
    int r = 0;
    if (!dir) {
        r = -errno;
        close(folder);
        return r;
    }
    while (r == 0 && (entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            unlinkat(folder, entry->d_name, 0) == 0)
            continue;
        int below =
            errno == EISDIR && depth < DEPTH_MAX
                ? openat(folder, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
                : -1;
        r = below < 0 ? -errno : empty(below, depth + 1);
        if (r == 0 && unlinkat(folder, entry->d_name, AT_REMOVEDIR) < 0)
            r = -errno;
    }
    closedir(dir);
    return r;
}

int film_folder_remove(struct shelf *shelf, const char *id)
{
    char path[FILM_FOLDER_MAX_BYTES];
    int folder = -1;
    int r = open_folder(shelf->root, id, &folder);
    if (r == 0)
        r = empty(folder, 0);
    film_folder_path(id, path);
    if (r == 0 && unlinkat(shelf->root, path, AT_REMOVEDIR) < 0)
        r = -errno;
    return r == -ENOENT ? 0 : r;
}
