#include <string.h>

#include "check.h"
#include "tell/receiver.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct receiver receiver, again;
    bool has_secret;
    char error[RECEIVER_ERROR_MAX] = "";
    json_t *json = json_loadb((const char *)data, len_bytes, JSON_REJECT_DUPLICATES, NULL);
    if (!json)
        return 0;
    if (receiver_from_json(json, &receiver, &has_secret, error) < 0) {
        CHECK(*error && strlen(error) < sizeof(error));
    } else {
        /* What is read can be written back, and no secret ends a header's line. */
        json_t *back = receiver_to_json(&receiver, true);
        CHECK(receiver_from_json(back, &again, &has_secret, error) == 0 && has_secret);
        CHECK(strcmp(receiver.url, again.url) == 0 && strcmp(receiver.secret, again.secret) == 0);
        CHECK(!strpbrk(receiver.secret, "\r\n") && receiver.n_cameras <= RECEIVER_CAMERAS_MAX);
        json_decref(back);
    }
    json_decref(json);
    return 0;
}
