/* eyelid-libcamera: libcamera in a separate process, so that a crash costs a restart and not the
 * server. The server starts it; protocol.h defines the messages. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "helper/libcamera/protocol.h"
#include "helper/libcamera/session.h"
#include "helper/libcamera/shim.h"
#include "helper/libcamera/wire.h"

struct list {
    struct helper_listed listed;
    int error;
};

static void found(void *ctx, const struct helper_camera *camera)
{
    struct list *list = ctx;
    if (list->listed.count == HELPER_CAMERAS_MAX || list->error)
        return;
    list->listed.count++;
    list->error = wire_say(HELPER_SOCKET, HELPER_CAMERA, camera, sizeof(*camera), NULL, 0);
}

static int list_cameras(void)
{
    struct list list = {0};
    int r = shim_list(found, &list);
    if (r == 0)
        r = list.error;
    if (r == 0)
        r = wire_say(HELPER_SOCKET, HELPER_LISTED, &list.listed, sizeof(list.listed), NULL, 0);
    return r == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct stat socket;
    const bool is_list = argc == 2 && strcmp(argv[1], "--list") == 0;
    const bool is_camera = argc == 3 && strcmp(argv[1], "--camera") == 0;
    if ((!is_list && !is_camera) || fstat(HELPER_SOCKET, &socket) < 0 ||
        !S_ISSOCK(socket.st_mode)) {
        fputs("eyelid-libcamera is started by eyelid, with a socket as descriptor 3\n", stderr);
        return 2;
    }
    /* Warnings go to the server's log; routine messages are dropped. */
    setenv("LIBCAMERA_LOG_LEVELS", "*:WARN", 0);
    setenv("LIBCAMERA_LOG_NO_COLOR", "1", 0);
    return is_list ? list_cameras() : session_run(argv[2], HELPER_SOCKET);
}
