/* A film of the service, and its JSON (docs/protocol.md, section 3.3). Only for src/service; loop
 * only. */
#pragma once
#include <limits.h>

#include "film/run.h"
#include "service/film_folder.h"
#include "service/internal.h"

enum film_state { FILM_WAITING, FILM_RUNNING, FILM_PAUSED, FILM_DONE, FILM_FAILED, FILM_STATES };
const char *film_state_name(enum film_state state); /* "waiting", …; immutable */

enum { FILM_NAME_MAX_BYTES = 64 };
#define FILM_RUN_UNKNOWN UINT_MAX

struct film {
    struct list node; /* in service->films.list, oldest first */
    struct service *service;
    char id[24], name[FILM_NAME_MAX_BYTES + 1];
    struct film_job job;       /* without its photos */
    int64_t from_us, until_us; /* 0 = open */
    enum film_state state;
    bool is_stored; /* else it is being added */
    bool is_busy;   /* the keeper has a job of it */
    unsigned photos, done, frames;
    char detail[FILM_RUN_TEXT_MAX_BYTES];
    int64_t item;
    struct film_run *run; /* with FILM_RUNNING; NULL while it starts or is being archived */
    int64_t run_since_us, told_us;
    unsigned run_from; /* photos done before it began, or FILM_RUN_UNKNOWN */
    unsigned tries;    /* that ended without output */
};

json_t *film_describe(const struct film *film) __attribute__((returns_nonnull));
/* Reads name, camera, times and settings; members added by the server are ignored. NULL, or a
 * static sentence that says what is wrong. */
const char *film_read(const json_t *json, struct film *film);
/* The same with the stored progress. False: invalid. */
bool film_load(const json_t *json, const char *id, struct film *film);
json_t *film_time(int64_t us) __attribute__((returns_nonnull)); /* null for 0 */
