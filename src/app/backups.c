#include "app/backups.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/complain.h"
#include "backup/backup.h"

enum { EXIT_FINE = 0, EXIT_WRONG = 2 };

int backups_make(const struct config *config, const char *settings, const char *file, bool pictures)
{
    struct backup_sums sums;
    char wrong[BACKUP_SENTENCE_MAX_BYTES];
    if (backup_make(
            &(struct backup_params){
                .data = config->data, .settings = settings, .file = file, .pictures = pictures},
            &sums, wrong) < 0) {
        complain("%s", wrong);
        return EXIT_WRONG;
    }
    printf("%s: %u files, %llu bytes%s\n", file, sums.files, (unsigned long long)sums.bytes,
           pictures ? "" : "; --pictures adds the archive");
    return EXIT_FINE;
}

/* What root restores belongs to the user of the server, as whom everything below is done. */
static int become_owner(const char *data)
{
    struct stat st;
    if (geteuid() != 0 || stat(data, &st) < 0 || st.st_uid == 0)
        return 0;
    return setegid(st.st_gid) < 0 || seteuid(st.st_uid) < 0 ? -errno : 0;
}

int backups_restore(const struct config *config, const char *file, bool replaces)
{
    struct backup_sums sums;
    char wrong[BACKUP_SENTENCE_MAX_BYTES];
    const int fd = open(file, O_RDONLY | O_CLOEXEC); /* which the owner may not read */
    if (fd < 0) {
        complain("%s: %s", file, strerror(errno));
        return EXIT_WRONG;
    }
    const int error = become_owner(config->data);
    if (error) {
        close(fd);
        complain("%s: cannot act for its owner: %s", config->data, strerror(-error));
        return EXIT_WRONG;
    }
    const struct restore_params params = {
        .data = config->data, .file = file, .fd = fd, .replaces = replaces};
    const int r = backup_restore(&params, &sums, wrong);
    close(fd);
    if (r < 0) {
        complain("%s", wrong);
        return EXIT_WRONG;
    }
    printf("%s: %u files, %llu bytes, now in %s\n", file, sums.files,
           (unsigned long long)sums.bytes, config->data);
    return EXIT_FINE;
}
