/* One request over a Unix socket, for programs without a loop: blocks. Any thread. */
#pragma once
#include <stddef.h>

enum { ASK_ANSWER_MAX_BYTES = 4 << 20, ASK_SENTENCE_MAX_BYTES = 160 };

struct ask {
    const char *socket; /* its path */
    const char *method, *target;
    const char *body; /* JSON; NULL = none */
};

/* *ret_body: the answer's body, followed by a NUL; the caller frees it with mem_free.
 * -ECONNREFUSED: no server listens there; -EACCES: no permission; -EIO: anything else, and
 * sentence says what. */
int ask(const struct ask *ask, unsigned *ret_status, char **ret_body,
        char sentence[ASK_SENTENCE_MAX_BYTES]) __attribute__((warn_unused_result));
