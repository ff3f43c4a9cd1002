/* A decoder that does what its name says, in the place of eyelid-jpeg. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "codec/jpeg_wire.h"
#include "media/jpeg.h"

int main(int argc, char **argv)
{
    const char *name = argc > 0 ? strrchr(argv[0], '-') : NULL;
    const char *what = name ? name + 1 : "";
    struct jpeg_order order;
    struct jpeg_answer answer = {
        .width = 64, .height = 48, .chroma = JPEG_CHROMA_GREY, .strides = {64}};
    while (read(JPEG_WIRE_SOCKET, &order, sizeof(order)) == (ssize_t)sizeof(order)) {
        if (order.len_bytes == 0)
            continue;
        if (strcmp(what, "dies") == 0)
            abort();
        if (strcmp(what, "hangs") == 0)
            for (;;)
                pause();
        if (strcmp(what, "mumbles") == 0)
            (void)!write(JPEG_WIRE_SOCKET, "?", 1);
        if (strcmp(what, "overreaches") == 0)
            answer.offsets[0] = JPEG_WIRE_MEMORY_BYTES - JPEG_WIRE_SAMPLES - 64 * 47;
        if (strcmp(what, "wraps") == 0)
            answer.strides[0] = UINT32_MAX;
        if (strcmp(what, "narrows") == 0)
            answer.strides[0] = 63;
        if (strcmp(what, "grows") == 0)
            answer.width = UINT32_MAX;
        if (strcmp(what, "colours") == 0)
            answer.chroma = JPEG_CHROMA_420; /* without planes for it */
        if (strcmp(what, "invents") == 0)
            answer.chroma = 99;
        if (strcmp(what, "fails") == 0)
            answer.error = -EINVAL;
        (void)!write(JPEG_WIRE_SOCKET, &answer, sizeof(answer));
    }
    return 0;
}
