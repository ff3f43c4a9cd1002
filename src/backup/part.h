/* What a backup may hold: a closed list of names. Pure; any thread.
 *
 *     eyelid-backup          "1\n", the version of this list; always first
 *     eyelid.db              the store
 *     eyelid.conf            the settings file, for the owner to compare
 *     tls/ca.crt …           certificates and keys
 *     archive.db             the archive's index, and with it:
 *     archive/meta, archive/CAMERA/2026/11/30/NAME.jpg, …/.thumbnails/NAME.jpg */
#pragma once
#include <stdint.h>

enum part_kind { PART_MARK, PART_STORE, PART_SETTINGS, PART_KEY, PART_INDEX, PART_META, PART_ITEM };

#define PART_MARK_NAME "eyelid-backup"
#define PART_MARK_TEXT "1\n"

/* -EINVAL: it has no place in a backup. */
int part_find(const char *name, enum part_kind *ret_kind) __attribute__((warn_unused_result));

/* The largest that is restored. */
uint64_t part_max_bytes(enum part_kind kind);
