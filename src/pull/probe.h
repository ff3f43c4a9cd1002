/* Fetches one picture from an address, to show what a network camera there would deliver before it
 * is added. Nothing is remembered. Loop only. */
#pragma once
#include "camera/registry.h"
#include "pull/mjpeg.h"

struct probe;
struct probe_params {
    struct registry *registry; /* its clients, limits and outbound policy are used */
    const char *url;
    /* The one call, never from inside probe_begin; the probe is freed after it. 0 and a checked
     * picture, borrowed; or a negative errno and a sentence for the owner: -EBADMSG: no picture;
     * otherwise as client_ops.done. */
    void (*done)(void *ctx, int error, struct packet *picture, const char *sentence);
    void *ctx;
};
/* -EINVAL: invalid URL; -EACCES: connecting to this address is not allowed. */
int probe_begin(const struct probe_params *params, struct probe **ret_probe,
                char ret_wrong[MJPEG_SENTENCE_MAX_BYTES]) __attribute__((warn_unused_result));
/* No call follows. Takes NULL. */
void probe_cancel(struct probe *probe);
