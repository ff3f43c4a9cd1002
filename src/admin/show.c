#include "admin/show.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

enum { COLUMNS_MAX = 6, TABLE_MAX_BYTES = 4096 };

struct table {
    const char *list; /* the member of the answer */
    struct {
        const char *title, *member;
        const char *null; /* shown instead of null */
    } columns[COLUMNS_MAX];
};

static const struct table TABLES[] = {
    [ORDER_USERS] = {"users",
                     {{"NAME", "name", ""}, {"ROLE", "role", ""}, {"CAMERAS", "cameras", "all"}}},
    [ORDER_TOKENS] = {"tokens",
                      {{"ID", "id", ""},
                       {"NAME", "name", ""},
                       {"ROLE", "role", ""},
                       {"CAMERAS", "cameras", "all"},
                       {"EXPIRES", "expires", "never"},
                       {"USED", "used", "not since the start"}}},
    [ORDER_SESSIONS] = {"sessions",
                        {{"ID", "id", ""},
                         {"USER", "user", ""},
                         {"CREATED", "created", ""},
                         {"USED", "used", ""},
                         {"BROWSER", "agent", ""}}},
    [ORDER_CAMERAS] = {"cameras",
                       {{"ID", "id", ""},
                        {"STATE", "state", ""},
                        {"SOURCE", "source", ""},
                        {"NAME", "name", ""}}},
};

static void add_cell(struct text *text, json_t *value, const char *null)
{
    size_t i;
    json_t *item;
    if (json_is_string(value))
        text_add_plain(text, json_string_value(value));
    else if (json_is_array(value))
        json_array_foreach(value, i, item)
        {
            text_add(text, "%s", i ? "," : "");
            text_add_plain(text, json_is_string(item) ? json_string_value(item) : "?");
        }
    else
        text_add(text, "%s", null);
}

static unsigned cells_width(const char *cell)
{
    unsigned width = 0;
    for (const char *p = cell; *p; p++)
        width += ((unsigned char)*p & 0xc0) != 0x80; /* characters, not bytes */
    return width;
}

static void widen(unsigned *width, const char *cell)
{
    const unsigned n = cells_width(cell);
    if (n > *width)
        *width = n;
}

static void format_cell(const struct table *table, json_t *row, unsigned column, char *out,
                        size_t cap)
{
    struct text text = text_over(out, cap);
    add_cell(&text, json_object_get(row, table->columns[column].member),
             table->columns[column].null);
}

static void add_padded(struct text *out, const char *cell, unsigned width, bool is_last)
{
    text_add(out, "%s", cell);
    if (!is_last)
        text_add(out, "%*s", (int)(width - cells_width(cell) + 2), "");
}

static void add_table(const struct table *table, json_t *list, struct text *out)
{
    unsigned width[COLUMNS_MAX] = {0}, n = 0;
    char cell[TABLE_MAX_BYTES];
    size_t i;
    json_t *row;
    while (n < COLUMNS_MAX && table->columns[n].title)
        n++;
    for (unsigned c = 0; c < n; c++) {
        widen(&width[c], table->columns[c].title);
        json_array_foreach(list, i, row)
        {
            format_cell(table, row, c, cell, sizeof(cell));
            widen(&width[c], cell);
        }
    }
    for (unsigned c = 0; c < n; c++)
        add_padded(out, table->columns[c].title, width[c], c + 1 == n);
    text_add(out, "\n");
    json_array_foreach(list, i, row)
    {
        for (unsigned c = 0; c < n; c++) {
            format_cell(table, row, c, cell, sizeof(cell));
            add_padded(out, cell, width[c], c + 1 == n);
        }
        text_add(out, "\n");
    }
}

static int add_setup(json_t *answer, struct text *out)
{
    json_t *links = json_object_get(answer, "links"), *link;
    size_t i;
    if (!json_is_array(links))
        return -EINVAL;
    json_array_foreach(links, i, link)
    {
        text_add_plain(out, json_is_string(link) ? json_string_value(link) : "?");
        text_add(out, "\n");
    }
    return 0;
}

static int add_token(json_t *answer, struct text *out)
{
    const char *token = json_string_value(json_object_get(answer, "token"));
    if (!token)
        return -EINVAL;
    text_add_plain(out, token);
    text_add(out, "\n");
    return 0;
}

int show_answer(enum order_show show, const char *body, struct text *out)
{
    if (show == ORDER_SAYS)
        return 0;
    json_t *answer = json_loads(body, 0, NULL);
    int r = -EINVAL;
    if (show == ORDER_TOKEN) {
        r = add_token(answer, out);
    } else if (show == ORDER_SETUP) {
        r = add_setup(answer, out);
    } else {
        json_t *list = json_object_get(answer, TABLES[show].list);
        r = json_is_array(list) ? 0 : -EINVAL;
        if (r == 0)
            add_table(&TABLES[show], list, out);
    }
    json_decref(answer);
    return r;
}

void show_problem(unsigned status, const char *body, struct text *out)
{
    json_t *problem = json_loads(body, 0, NULL);
    const char *detail = json_string_value(json_object_get(problem, "detail"));
    if (detail)
        text_add_plain(out, detail);
    else
        text_add(out, "the server answered %u", status);
    json_decref(problem);
}
