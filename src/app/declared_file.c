#include "app/declared_file.h"

#include <errno.h>
#include <ini.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"

struct parse {
    struct declared *declared;
    const char *wrong; /* of the line at which inih stops */
};

static int put(struct parse *parse, char **field, const char *value)
{
    if (*field)
        parse->wrong = "this was set before: keep one of the two";
    else if (!*value)
        parse->wrong = "the value is missing";
    else
        *field = mem_strdup_or_die(value);
    return !parse->wrong;
}

static int on_pair(void *ctx, const char *section, const char *name, const char *value)
{
    struct parse *parse = ctx;
    if (*section)
        parse->wrong = "there are no sections: remove the line in brackets";
    else if (strcmp(name, "name") == 0)
        return put(parse, &parse->declared->name, value);
    else if (strcmp(name, "url") == 0)
        return put(parse, &parse->declared->url, value);
    else
        parse->wrong = "the keys are `name` and `url`";
    return 0;
}

int declared_parse(const char *file_name, const char *text, size_t len_bytes,
                   struct declared *ret_declared, char error[DECLARED_ERROR_MAX])
{
    struct declared declared = {0};
    struct parse parse = {.declared = &declared};
    const int line = memchr(text, '\0', len_bytes) ? 1 : ini_parse_string(text, on_pair, &parse);
    if (line == 0) {
        *ret_declared = declared;
        return 0;
    }
    snprintf(error, DECLARED_ERROR_MAX, "%.300s:%d: %s", file_name, line,
             parse.wrong ? parse.wrong : "this line is not `key = value`");
    declared_finish(&declared);
    return -EINVAL;
}

void declared_finish(struct declared *declared)
{
    mem_free(declared->name);
    mem_free(declared->url);
    *declared = (struct declared){0};
}
