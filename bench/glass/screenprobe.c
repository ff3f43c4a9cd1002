/* When does each frame really reach the screen? Reads the clock pattern (docs/man/eyelid-fakecam.1,
 * --barcode) from Xvfb's framebuffer (Xvfb -fbdir DIR), polled at about 1 kHz: independent of page
 * and browser.
 *
 * screenprobe DIR/Xvfb_screen0 WIDTH HEIGHT SECONDS, where WIDTH and HEIGHT are the size at which
 * the page shows the picture. Finds the pattern by itself and prints "F shown_ms drawn_ms frame"
 * for each new frame, wall clock. The file's format: X Window Dump, XWDFile.h, version 7, big
 * endian. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

enum { CELLS_X = 16, CELLS_Y = 4, PATTERN_BYTES = 8, MAGIC = 0xac, LOST_READS = 1500 };

struct screen {
    const volatile uint8_t *pixels;
    int stride, width, height;
};

struct pattern {
    uint32_t drawn_ms; /* wall clock, the low 32 bits */
    unsigned frame;
};

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void pause_us(long us)
{
    nanosleep(&(struct timespec){.tv_nsec = us * 1000}, NULL);
}

static uint8_t crc8(const uint8_t *p, int n)
{
    uint8_t crc = 0;
    while (n--) {
        crc ^= *p++;
        for (int i = 0; i < 8; i++)
            crc = (uint8_t)(crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1);
    }
    return crc;
}

/* The pattern of a picture of w x h whose upper left corner is at (x, y). */
static bool read_pattern(const struct screen *s, int x, int y, int w, int h, struct pattern *ret)
{
    uint8_t b[PATTERN_BYTES] = {0};
    for (int i = 0; i < CELLS_X * CELLS_Y; i++) {
        int px = x + (int)((i % CELLS_X + .5) * w / CELLS_X);
        int py = y + (int)((i / CELLS_X + .5) * h / 6 / CELLS_Y);
        const volatile uint8_t *pixel = s->pixels + (size_t)py * s->stride + (size_t)px * 4;
        b[i / 8] |= (uint8_t)((pixel[1] > 128) << (7 - i % 8)); /* green is luma enough */
        if (i == 7 && b[0] != MAGIC)
            return false;
    }
    if (crc8(b + 1, 6) != b[7])
        return false;
    ret->drawn_ms = (uint32_t)b[1] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 8 | b[4];
    ret->frame = (unsigned)b[5] << 8 | b[6];
    return true;
}

/* The middle of all places from which the pattern can be read. */
static bool locate(const struct screen *s, int w, int h, int *ret_x, int *ret_y)
{
    long sum_x = 0, sum_y = 0, n = 0;
    struct pattern p;
    for (int y = 0; y + h <= s->height; y++)
        for (int x = 0; x + w <= s->width; x++)
            if (read_pattern(s, x, y, w, h, &p)) {
                sum_x += x;
                sum_y += y;
                n++;
            }
    if (n == 0)
        return false;
    *ret_x = (int)(sum_x / n);
    *ret_y = (int)(sum_y / n);
    return read_pattern(s, *ret_x, *ret_y, w, h, &p);
}

static bool open_screen(const char *file, struct screen *ret)
{
    int fd = open(file, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return false;
    const uint8_t *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED)
        return false;
    const uint32_t *head = (const uint32_t *)(const void *)map;
    size_t colours = ntohl(head[19]);
    *ret = (struct screen){.pixels = map + ntohl(head[0]) + 12 * colours,
                           .width = (int)ntohl(head[4]),
                           .height = (int)ntohl(head[5]),
                           .stride = (int)ntohl(head[12])};
    return true;
}

int main(int argc, char **argv)
{
    struct screen screen;
    if (argc != 5 || !open_screen(argv[1], &screen)) {
        fprintf(stderr, "usage: screenprobe FRAMEBUFFER WIDTH HEIGHT SECONDS\n");
        return 2;
    }
    int w = atoi(argv[2]), h = atoi(argv[3]), x = 0, y = 0, unread = 0;
    double end_ms = now_ms() + atof(argv[4]) * 1e3;
    bool located = false;
    long last_frame = -1;
    struct pattern p;

    setvbuf(stdout, NULL, _IOLBF, 0);
    while (now_ms() < end_ms) {
        if (!located) {
            located = locate(&screen, w, h, &x, &y);
            pause_us(2000);
            continue;
        }
        if (read_pattern(&screen, x, y, w, h, &p)) {
            unread = 0;
            if ((long)p.frame != last_frame) {
                double shown_ms = now_ms();
                int32_t age_ms = (int32_t)((uint32_t)(uint64_t)shown_ms - p.drawn_ms);
                printf("F %.1f %.1f %u\n", shown_ms, (double)((int64_t)shown_ms - age_ms), p.frame);
                last_frame = (long)p.frame;
            }
        } else if (++unread > LOST_READS) {
            located = false;
        }
        pause_us(800);
    }
    return 0;
}
