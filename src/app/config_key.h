/* The table of keys: name, kind, range and default. Used only by config.c. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct config;

unsigned config_key_count(void);
int config_key_find(const char *name);         /* -1: not found */
const char *config_key_near(const char *name); /* the key that was probably meant, or NULL */
const char *config_key_default(unsigned i);    /* NULL: see config_default_data */
const char *config_key_right(unsigned i);      /* its valid values: "it is 1 to 100" */

/* -EINVAL: invalid value; the configuration is unchanged. */
int config_key_set(struct config *config, unsigned i, const char *value)
    __attribute__((warn_unused_result));

/* systemd's state folder, else /var/lib/eyelid for root, else the user's data folder by the XDG
 * Base Directory Specification. Returns out. */
const char *config_default_data(const char *const *environment, bool is_root, char *out,
                                size_t cap);
