#include "access/share.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/text.h"

enum { WRITE_USED_S = 60 };

void shares_init(struct shares *shares)
{
    *shares = (struct shares){0};
    list_init(&shares->list);
}

static void drop(struct shares *shares, struct share *share)
{
    list_remove(&share->node);
    shares->count--;
    mem_free(share);
}

void shares_finish(struct shares *shares)
{
    list_for_each (share, &shares->list, struct share, node)
        drop(shares, share);
}

static void write_share(struct shares *shares, struct share *share, int64_t now_s)
{
    share->written_s = now_s;
    if (shares->store)
        store_put_share(shares->store, &(struct store_share){.id = share->id,
                                                             .hash = share->hash,
                                                             .camera = share->camera,
                                                             .item = share->item,
                                                             .created_s = share->created_s,
                                                             .expires_s = share->expires_s,
                                                             .used_s = share->used_s,
                                                             .n_uses = share->n_uses});
}

static struct share *add(struct shares *shares, const char *camera)
{
    struct share *share = mem_new(struct share);
    snprintf(share->camera, sizeof(share->camera), "%s", camera);
    list_append(&shares->list, &share->node);
    shares->count++;
    return share;
}

void shares_load(struct shares *shares, const struct store_share *row)
{
    if (strlen(row->id) != SECRET_ID_CHARS || strlen(row->hash) != SECRET_HASH_CHARS ||
        !text_is_id(row->camera) || row->item < 0 || shares->count >= SHARES_MAX)
        return;
    struct share *share = add(shares, row->camera);
    memcpy(share->id, row->id, sizeof(share->id));
    memcpy(share->hash, row->hash, sizeof(share->hash));
    share->item = row->item;
    share->created_s = row->created_s;
    share->expires_s = row->expires_s;
    share->used_s = row->used_s;
    share->n_uses = row->n_uses;
}

struct share *shares_find(struct shares *shares, const char *id)
{
    list_for_each (share, &shares->list, struct share, node)
        if (strcmp(share->id, id) == 0)
            return share;
    return NULL;
}

int shares_add(struct shares *shares, const char *camera, int64_t item, int64_t expires_s,
               int64_t now_s, char ret_secret[SECRET_CHARS + 1], struct share **ret_share)
{
    if (shares->count >= SHARES_MAX)
        return -ENOSPC;
    struct share *share = add(shares, camera);
    secret_create(ret_secret);
    secret_create_id(share->id);
    secret_hash(ret_secret, share->hash);
    share->item = item;
    share->created_s = now_s;
    share->expires_s = expires_s;
    write_share(shares, share, now_s);
    *ret_share = share;
    return 0;
}

void shares_remove(struct shares *shares, struct share *share)
{
    if (shares->store)
        store_remove_share(shares->store, share->id);
    drop(shares, share);
}

int64_t shares_sweep(struct shares *shares, int64_t now_s)
{
    int64_t next_s = 0;
    list_for_each (share, &shares->list, struct share, node)
        if (now_s >= share->expires_s)
            shares_remove(shares, share);
        else if (!next_s || share->expires_s < next_s)
            next_s = share->expires_s;
    return next_s;
}

int shares_by_secret(struct shares *shares, const char *secret, int64_t now_s,
                     struct principal *ret_principal)
{
    char hash[SECRET_HASH_CHARS + 1];
    secret_hash(secret, hash);
    list_for_each (share, &shares->list, struct share, node) {
        if (!secret_hash_equal(share->hash, hash) || now_s >= share->expires_s)
            continue;
        struct principal principal = {.kind = PRINCIPAL_SHARE,
                                      .role = ACCESS_VIEWER,
                                      .is_narrowed = true,
                                      .n_rights = 1,
                                      .rights = {{.role = ACCESS_VIEWER}}};
        memcpy(principal.rights[0].camera, share->camera, sizeof(share->camera));
        memcpy(principal.credential, share->id, sizeof(share->id));
        *ret_principal = principal;
        return 0;
    }
    return -ENOENT;
}

bool shares_is_current(struct shares *shares, const struct principal *principal, int64_t now_s)
{
    const struct share *share = shares_find(shares, principal->credential);
    return share && now_s < share->expires_s;
}

void shares_used(struct shares *shares, struct share *share, int64_t now_s)
{
    const bool writes = share->n_uses == 0 || now_s - share->written_s >= WRITE_USED_S;
    share->n_uses++;
    share->used_s = now_s;
    if (writes)
        write_share(shares, share, now_s);
}
