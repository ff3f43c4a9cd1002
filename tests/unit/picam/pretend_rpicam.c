/* A stand-in for rpicam-vid, for the tests of the thread that reads it. The number of the camera
 * says how it behaves: 0 ends after PICTURES of them, 1 ends by nothing but SIGKILL after one. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PICTURES = 20, PICTURE_MAX_BYTES = 4096 };

static int camera_of(char **argv)
{
    for (; *argv; argv++)
        if (strcmp(*argv, "--camera") == 0)
            return argv[1] && strcmp(argv[1], "1") == 0;
    return 0;
}

int main(int argc, char **argv)
{
    (void)argc;
    char bytes[PICTURE_MAX_BYTES];
    const int is_deaf = camera_of(argv);
    FILE *file = fopen(PICTURE, "rbe");
    if (!file)
        return 1;
    size_t len_bytes = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    if (is_deaf)
        signal(SIGTERM, SIG_IGN);
    for (int i = 0; i < (is_deaf ? 1 : PICTURES); i++)
        if (write(STDOUT_FILENO, bytes, len_bytes) != (ssize_t)len_bytes)
            return 1;
    while (is_deaf)
        pause();
    return 0;
}
