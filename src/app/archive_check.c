#include "app/archive_check.h"

#include <stdio.h>
#include <string.h>

#include "app/complain.h"
#include "archive/shelf.h"

enum { EXIT_CLEAN = 0, EXIT_FINDINGS = 1, EXIT_WRONG = 2 };

static void say(void *ctx, const char *what, const char *path)
{
    (void)ctx;
    printf("%s: %s\n", path, what);
}

static unsigned count(const struct shelf_findings *f)
{
    return f->garbage + f->lost + f->changed + f->open_clips + f->found;
}

int archive_check(const struct config *config, bool repair)
{
    struct shelf shelf;
    struct shelf_findings findings, after;
    char wrong[SHELF_SENTENCE_MAX_BYTES];
    if (shelf_open(config->data, &shelf, wrong) < 0) {
        complain("%s", wrong);
        return EXIT_WRONG;
    }
    int r = shelf_check(&shelf, repair, say, NULL, &findings);
    after = findings;
    if (r == 0 && repair && count(&findings) > 0)
        r = shelf_check(&shelf, false, NULL, NULL, &after);
    shelf_close(&shelf);
    if (r < 0) {
        complain("the archive in %s cannot be checked: %s", config->data, strerror(-r));
        return EXIT_WRONG;
    }
    printf("%u items in order, %u findings%s, %u files of others left alone\n", after.items,
           count(&findings), repair && count(&findings) ? " repaired" : "", findings.unreadable);
    return count(&after) ? EXIT_FINDINGS : EXIT_CLEAN;
}
