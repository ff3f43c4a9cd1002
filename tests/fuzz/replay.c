/* Feeds every file of a corpus to a fuzz target, in builds without libFuzzer. usage: replay_NAME
 * FOLDER */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

enum { INPUT_MAX_BYTES = 16 << 20 };

static int replay(const char *folder, const char *name, uint8_t *bytes)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file) {
        perror(path);
        return -1;
    }
    fprintf(stderr, "%s\n", name); /* the last line of a crash's log */
    LLVMFuzzerTestOneInput(bytes, fread(bytes, 1, INPUT_MAX_BYTES, file));
    fclose(file);
    return 0;
}

int main(int argc, char **argv)
{
    uint8_t *bytes = malloc(INPUT_MAX_BYTES);
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    unsigned count = 0;
    if (!bytes || !folder) {
        fprintf(stderr, "there is no corpus %s\n", argc == 2 ? argv[1] : "");
        return 1;
    }
    for (const struct dirent *entry; (entry = readdir(folder));) {
        if (entry->d_name[0] == '.')
            continue;
        if (replay(argv[1], entry->d_name, bytes) < 0)
            return 1;
        count++;
    }
    closedir(folder);
    free(bytes);
    printf("%u inputs\n", count);
    return count == 0; /* an empty corpus proves nothing */
}
