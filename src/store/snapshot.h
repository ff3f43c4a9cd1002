/* Copies of the server's SQLite databases, for backups, while another process may use them. Blocks
 * on the disk. */
#pragma once

/* A consistent copy as one file, which must not exist yet; mode 0600. -ENOENT: there is no
 * database; -EBUSY, -ENOSPC, … On failure nothing is left of it. */
int snapshot_make(const char *from, const char *to) __attribute__((warn_unused_result));

/* Whether a file from elsewhere can be the store: -EBADMSG: damaged, of another program, or with
 * statements that would run by themselves; -EEXIST: of a newer program. */
int snapshot_check_store(const char *path) __attribute__((warn_unused_result));

/* The same for statements that would run by themselves (triggers, views), in any database. */
int snapshot_check_plain(const char *path) __attribute__((warn_unused_result));

/* Claims a data folder as a server does, while its files are replaced. -EBUSY: a server runs. */
int snapshot_claim(const char *dir, int *ret_fd) __attribute__((warn_unused_result));
