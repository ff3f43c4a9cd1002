/* Messages of the page: accepted ones are in range, refused ones say why. A first byte that no text
 * begins with (0x80 and up) has the rest written by the grammar. */
#include "api/live_messages.h"

#include "base/text.h"
#include "check.h"
#include "grammar.h"

static const char *const WORDS[] = {GRAMMAR_JSON,
                                    "start",
                                    "stop",
                                    "key",
                                    "set",
                                    "reset",
                                    "capture",
                                    "ping",
                                    "camera",
                                    "rendition",
                                    "h264",
                                    "jpeg",
                                    "fps",
                                    "width",
                                    "height",
                                    "request",
                                    "values",
                                    "values\":{\"",
                                    "t",
                                    "luma",
                                    "raw",
                                    "\"camera\":\"porch\"",
                                    "\"rendition\":\"h264\"",
                                    "\"request\":"};

static void check_message(const struct live_message *m)
{
    CHECK(m->type < LIVE_MESSAGE_TYPES);
    CHECK(m->type == LIVE_MESSAGE_PING ? m->camera[0] == '\0' : text_is_id(m->camera));
    CHECK((m->request > 0) == (m->type == LIVE_MESSAGE_CAPTURE || m->type == LIVE_MESSAGE_SET ||
                               m->type == LIVE_MESSAGE_RESET));
    CHECK((m->values != NULL) == (m->type == LIVE_MESSAGE_SET));
    CHECK(!m->values || json_is_object(m->values));
    CHECK(m->rendition < RENDITION_KINDS);
    CHECK(m->type == LIVE_MESSAGE_START || m->fps + m->width + m->height == 0);
}

static void check_error(const struct live_message_error *error)
{
    CHECK(error->type == PROBLEM_BAD_MESSAGE || error->type == PROBLEM_UNSUPPORTED);
    CHECK(error->message && error->message[0]);
    CHECK(!error->camera[0] || text_is_id(error->camera));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static char text[16 * 1024];
    struct live_message message;
    struct live_message_error error;
    if (len_bytes > 0 && data[0] >= 0x80) {
        len_bytes = grammar_write(WORDS, sizeof(WORDS) / sizeof(WORDS[0]), data + 1, len_bytes - 1,
                                  text, sizeof(text));
        data = (const uint8_t *)text;
    }
    if (live_message_parse((const char *)data, len_bytes, &message, &error) < 0) {
        check_error(&error);
        return 0;
    }
    check_message(&message);
    live_message_finish(&message);
    CHECK(!message.values);
    return 0;
}
