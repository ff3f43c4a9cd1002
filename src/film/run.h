/* A film's process, seen from the server: started as an argument vector without a shell, with a
 * thread that reads its output. On the loop, but for film_run_stop. */
#pragma once
#include <stdbool.h>
#include <sys/types.h>

#include "archive/item.h"
#include "base/waker.h"
#include "film/make.h"

struct film_run;

enum { FILM_RUN_TEXT_MAX_BYTES = 160 };

struct film_run_state {
    struct film_progress progress;
    bool has_ended;
    bool is_done;                       /* complete: text is its path below the film's folder */
    char text[FILM_RUN_TEXT_MAX_BYTES]; /* or why it failed; "" = killed */
};

/* folder: the film's, relative to the archive's. takes_archive: the archive's folder. changed is
 * woken when the state changes. Negative errno: the process cannot be started. */
int film_run_start(const char *folder, int takes_archive, struct waker changed,
                   struct film_run **ret_run) __attribute__((warn_unused_result));

struct film_run_state film_run_state(struct film_run *run);

/* Any thread; the process loses only the current group, and ends when the disk lets it. */
void film_run_kill(struct film_run *run);
/* Kills the process and waits for its end: not on the loop before has_ended. Takes NULL. */
void film_run_stop(struct film_run *run);
