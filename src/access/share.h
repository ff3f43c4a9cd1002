/* Share links: each shows one camera live, or one item of the archive, to anyone who has the link,
 * until a time. In memory, loaded from the store at start and written to it. Loop only. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "access/policy.h"
#include "access/secret.h"
#include "base/list.h"
#include "store/store.h"

enum { SHARES_MAX = 64 };

struct share {
    struct list node;
    char id[SECRET_ID_CHARS + 1], hash[SECRET_HASH_CHARS + 1];
    char camera[ACCESS_CAMERA_MAX + 1];
    int64_t item;                         /* of the archive; 0 = the camera, live */
    int64_t created_s, expires_s, used_s; /* wall clock; used_s 0 = never opened */
    int64_t n_uses;                       /* how often it was opened */
    int64_t written_s;                    /* when the above was last stored */
};

/* Plain data; the list is for reading. */
struct shares {
    struct store *store; /* NULL: nothing is stored */
    struct list list;
    unsigned count;
};

void shares_init(struct shares *shares);
void shares_finish(struct shares *shares);
/* Loads a row of the store; invalid ones are skipped. */
void shares_load(struct shares *shares, const struct store_share *row);

struct share *shares_find(struct shares *shares, const char *id);
/* A new one and its secret. -ENOSPC: too many. */
int shares_add(struct shares *shares, const char *camera, int64_t item, int64_t expires_s,
               int64_t now_s, char ret_secret[SECRET_CHARS + 1], struct share **ret_share)
    __attribute__((warn_unused_result));
void shares_remove(struct shares *shares, struct share *share);
/* Those that have expired. Returns when the next one does; 0: there is none. */
int64_t shares_sweep(struct shares *shares, int64_t now_s);

/* The principal of this secret; -ENOENT: unknown or expired. */
int shares_by_secret(struct shares *shares, const char *secret, int64_t now_s,
                     struct principal *ret_principal) __attribute__((warn_unused_result));
bool shares_is_current(struct shares *shares, const struct principal *principal, int64_t now_s);

/* Counts that it was opened; stored at most once a minute, as its visitors make it happen. */
void shares_used(struct shares *shares, struct share *share, int64_t now_s);
