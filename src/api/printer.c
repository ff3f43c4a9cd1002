#include "api/printer.h"

#include <string.h>

#include "base/text.h"

static const char STREAM[] = "/stream", SNAPSHOT[] = "/snapshot";

/* Strips "/webcam" or "/webcam2" from the path. The first camera has no number, or 1. */
static bool take_webcam(const char **path, unsigned *ret_number)
{
    static const char WEBCAM[] = "/webcam";
    const size_t len = sizeof(WEBCAM) - 1;
    char digits[4] = "";
    int64_t number = 1;
    if (strncmp(*path, WEBCAM, len) != 0)
        return false;
    const size_t n = strcspn(*path + len, "/");
    if (n >= sizeof(digits))
        return false;
    memcpy(digits, *path + len, n);
    if (n > 0 && text_to_int(digits, 1, PRINTER_CAMERAS_MAX, &number) < 0)
        return false;
    *path += len + n;
    *ret_number = (unsigned)number - 1;
    return true;
}

/* "stream", "snapshot", "snapshot_1": the number is that of mjpg-streamer's input. */
static bool parse_action(const char *action, struct printer_address *ret_address)
{
    const size_t len = strcspn(action, "_");
    int64_t number = 0;
    if (len == strlen(STREAM + 1) && strncmp(action, STREAM + 1, len) == 0)
        ret_address->path = STREAM;
    else if (len == strlen(SNAPSHOT + 1) && strncmp(action, SNAPSHOT + 1, len) == 0)
        ret_address->path = SNAPSHOT;
    else
        return false;
    if (action[len] && text_to_int(action + len + 1, 0, PRINTER_CAMERAS_MAX - 1, &number) < 0)
        return false;
    ret_address->number += (unsigned)number;
    return true;
}

bool printer_address_parse(const char *path, const char *action,
                           struct printer_address *ret_address)
{
    struct printer_address address = {.path = STREAM};
    const bool is_webcam = take_webcam(&path, &address.number);
    if (strcmp(path, STREAM) == 0 || strcmp(path, SNAPSHOT) == 0)
        address.path = path[2] == 't' ? STREAM : SNAPSHOT;
    else if ((strcmp(path, "/") != 0 && !(is_webcam && !*path)) ||
             (action ? !parse_action(action, &address) : !is_webcam))
        return false;
    *ret_address = address;
    return true;
}
