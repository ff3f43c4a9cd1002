/* A film's process as the server sees it: started as an argument vector without a shell, with a
 * thread that reads what it says. Start, state and stop on the loop. */
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
    bool is_done;                       /* whole: text is its path below the film's folder */
    char text[FILM_RUN_TEXT_MAX_BYTES]; /* or why it failed; "" = it was killed */
};

/* folder: the film's, as seen from the archive's. archive: the archive's folder, taken. changed is
 * woken when the state is another one. Negative errno: the process cannot be started. */
int film_run_start(const char *folder, int takes_archive, struct waker changed,
                   struct film_run **ret_run) __attribute__((warn_unused_result));

struct film_run_state film_run_state(struct film_run *run);

/* Kills the process, which loses nothing but the group at hand, and waits for its end. Takes NULL.
 */
void film_run_stop(struct film_run *run);
