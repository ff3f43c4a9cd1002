/* The keys: name, kind, range and default of each, in one table. Used by config.c alone. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

struct config;

unsigned config_key_count(void);
int config_key_find(const char *name);         /* -1: there is none */
const char *config_key_near(const char *name); /* the one that was probably meant, or NULL */
const char *config_key_default(unsigned i);    /* NULL: see config_default_data */
const char *config_key_right(unsigned i);      /* what its values are: "it is 1 to 100" */

/* -EINVAL: the value is none for this key, the configuration is as before. */
int config_key_set(struct config *config, unsigned i, const char *value)
    __attribute__((warn_unused_result));

/* systemd's state folder, else /var/lib/eyelid for root, else the user's own as the XDG base
 * directory specification has it. Returns out. */
const char *config_default_data(const char *const *environment, bool is_root, char *out,
                                size_t cap);
