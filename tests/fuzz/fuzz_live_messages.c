/* Messages of the page: accepted ones are in range, refused ones say why. */
#include "api/live_messages.h"

#include "base/text.h"
#include "check.h"

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
    struct live_message message;
    struct live_message_error error;
    if (live_message_parse((const char *)data, len_bytes, &message, &error) < 0) {
        check_error(&error);
        return 0;
    }
    check_message(&message);
    live_message_finish(&message);
    CHECK(!message.values);
    return 0;
}
