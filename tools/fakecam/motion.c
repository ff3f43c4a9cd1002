#include "tools/fakecam/motion.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"

enum shape { SHAPE_BOX, SHAPE_CIRCLE };

enum { MAX_WORDS = 16, MAX_SECONDS = 1000000, MAX_PIXELS = 65535 };

struct step {
    enum shape shape;
    struct colour colour;
    int64_t from_us, to_us;
    int x, y, to_x, to_y; /* pixels: the box's corner, the circle's centre */
    int width, height;    /* a circle's radius is its width */
};

struct motion {
    int64_t repeat_us; /* 0 = never */
    unsigned count;
    struct step steps[MOTION_MAX_STEPS];
};

/* One statement, cut into words. */
struct statement {
    unsigned count, at;
    const char *words[MAX_WORDS];
    const char *complaint;
};

static const struct {
    const char *name;
    struct colour colour;
} COLOURS[] = {
    {"white", {235, 128, 128}}, {"black", {16, 128, 128}}, {"grey", {128, 128, 128}},
    {"red", {76, 85, 255}},     {"green", {150, 44, 21}},  {"blue", {29, 255, 107}},
};

static const char *next_word(struct statement *statement)
{
    return statement->at < statement->count ? statement->words[statement->at++] : "";
}

static int complain(struct statement *statement, const char *complaint)
{
    if (!statement->complaint)
        statement->complaint = complaint;
    return -EINVAL;
}

static int read_seconds(struct statement *statement, int64_t *ret_us)
{
    const char *word = next_word(statement);
    char *end;
    double seconds = strtod(word, &end);
    if (!isdigit((unsigned char)word[0]) || *end || !(seconds <= MAX_SECONDS))
        return complain(statement, "expected a time in seconds, such as 2.5");
    *ret_us = (int64_t)(seconds * US_PER_S + 0.5);
    return 0;
}

/* Two numbers with a character between, "100,50" or "50x50". */
static int read_pair(struct statement *statement, char between, int *ret_a, int *ret_b)
{
    const char *word = next_word(statement);
    char *end, *end_b;
    long a = strtol(word, &end, 10);
    if (end == word || *end != between)
        return -EINVAL;
    long b = strtol(end + 1, &end_b, 10);
    if (end_b == end + 1 || *end_b || labs(a) > MAX_PIXELS || labs(b) > MAX_PIXELS)
        return -EINVAL;
    *ret_a = (int)a;
    *ret_b = (int)b;
    return 0;
}

static int read_colour(struct statement *statement, struct colour *ret_colour)
{
    const char *word = next_word(statement);
    for (unsigned i = 0; i < sizeof(COLOURS) / sizeof(COLOURS[0]); i++)
        if (strcmp(word, COLOURS[i].name) == 0) {
            *ret_colour = COLOURS[i].colour;
            return 0;
        }
    return complain(statement, "expected white, black, grey, red, green or blue after \"colour\"");
}

static int read_extent(struct statement *statement, struct step *step)
{
    if (step->shape == SHAPE_BOX) {
        if (read_pair(statement, 'x', &step->width, &step->height) < 0 || step->width < 1 ||
            step->height < 1)
            return complain(statement, "expected a size, such as 50x50");
        return 0;
    }
    const char *word = next_word(statement);
    char *end;
    long radius = strtol(word, &end, 10);
    if (end == word || *end || radius < 1 || radius > MAX_PIXELS)
        return complain(statement, "expected a radius in pixels, such as 40");
    step->width = (int)radius;
    return 0;
}

static int read_step(struct statement *statement, const char *shape, int64_t from_us,
                     struct step *ret_step)
{
    struct step step = {.from_us = from_us, .colour = COLOURS[0].colour};
    int64_t for_us = 0;
    if (strcmp(shape, "box") != 0 && strcmp(shape, "circle") != 0)
        return complain(statement, "expected \"box\" or \"circle\" after the time");
    step.shape = shape[0] == 'b' ? SHAPE_BOX : SHAPE_CIRCLE;
    if (read_pair(statement, ',', &step.x, &step.y) < 0)
        return complain(statement, "expected a position, such as 100,100");
    if (read_extent(statement, &step) < 0)
        return -EINVAL;
    step.to_x = step.x;
    step.to_y = step.y;
    if (strcmp(next_word(statement), "for") != 0)
        return complain(statement, "expected \"for\" and seconds");
    if (read_seconds(statement, &for_us) < 0)
        return -EINVAL;
    step.to_us = from_us + for_us;
    while (statement->at < statement->count) {
        const char *word = next_word(statement);
        if (strcmp(word, "to") == 0) {
            if (read_pair(statement, ',', &step.to_x, &step.to_y) < 0)
                return complain(statement, "expected a position after \"to\"");
        } else if (strcmp(word, "colour") == 0) {
            if (read_colour(statement, &step.colour) < 0)
                return -EINVAL;
        } else {
            return complain(statement, "expected \"to\", \"colour\" or the statement's end");
        }
    }
    *ret_step = step;
    return 0;
}

static int read_statement(struct motion *motion, struct statement *statement)
{
    int64_t from_us = 0;
    if (strcmp(statement->words[0], "repeat") == 0) {
        statement->at = 1;
        if (read_seconds(statement, &motion->repeat_us) < 0)
            return -EINVAL;
        if (motion->repeat_us == 0 || statement->at < statement->count)
            return complain(statement, "expected one time above 0 after \"repeat\"");
        return 0;
    }
    if (motion->count == MOTION_MAX_STEPS)
        return complain(statement, "too many steps");
    if (read_seconds(statement, &from_us) < 0 ||
        read_step(statement, next_word(statement), from_us, &motion->steps[motion->count]) < 0)
        return -EINVAL;
    motion->count++;
    return 0;
}

static int cut_into_words(char *text, struct statement *ret_statement)
{
    char *rest = text;
    *ret_statement = (struct statement){0};
    for (const char *word; (word = strtok_r(rest, " \t\r", &rest));) {
        if (ret_statement->count == MAX_WORDS)
            return complain(ret_statement, "too many words");
        ret_statement->words[ret_statement->count++] = word;
    }
    return 0;
}

static int read_line(struct motion *motion, char *line, const char **ret_complaint)
{
    struct statement statement;
    line[strcspn(line, "#")] = '\0';
    char *rest = line;
    for (char *text; (text = strtok_r(rest, ";", &rest));) {
        int result = cut_into_words(text, &statement);
        if (result == 0 && statement.count > 0)
            result = read_statement(motion, &statement);
        if (result < 0) {
            *ret_complaint = statement.complaint;
            return result;
        }
    }
    return 0;
}

int motion_parse(const char *script, struct motion **ret_motion, char *error, size_t error_cap)
{
    struct motion *motion = mem_new(struct motion);
    char *copy = mem_strdup_or_die(script);
    const char *complaint = NULL;
    int number = 1;
    for (char *line = copy, *next; line; line = next, number++) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (read_line(motion, line, &complaint) < 0)
            break;
    }
    mem_free(copy);
    if (!complaint && motion->count == 0) {
        complaint = "nothing moves";
        number = 1;
    }
    if (complaint) {
        snprintf(error, error_cap, "motion script:%d: %s", number, complaint);
        motion_destroy(motion);
        return -EINVAL;
    }
    *ret_motion = motion;
    return 0;
}

void motion_destroy(struct motion *motion)
{
    mem_free(motion);
}

static int between(int from, int to, int64_t passed_us, int64_t whole_us)
{
    return from + (int)((to - from) * passed_us / whole_us);
}

void motion_draw(const struct motion *motion, int64_t at_us, int script_width, int script_height,
                 struct canvas *canvas)
{
    if (motion->repeat_us)
        at_us %= motion->repeat_us;
    for (unsigned i = 0; i < motion->count; i++) {
        const struct step *step = &motion->steps[i];
        if (at_us < step->from_us || at_us >= step->to_us)
            continue;
        int64_t passed_us = at_us - step->from_us, whole_us = step->to_us - step->from_us;
        int x = between(step->x, step->to_x, passed_us, whole_us) * canvas->width / script_width;
        int y = between(step->y, step->to_y, passed_us, whole_us) * canvas->height / script_height;
        int width = step->width * canvas->width / script_width;
        if (step->shape == SHAPE_CIRCLE)
            canvas_disc(canvas, x, y, width, step->colour);
        else
            canvas_box(canvas, x, y, width, step->height * canvas->height / script_height,
                       step->colour);
    }
}
