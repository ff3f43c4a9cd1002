#include "tools/fakecam/barcode.h"

#include <string.h>

enum {
    COLUMNS = 16,
    ROWS = 4,
    ROWS_OF_PICTURE = 24, /* the pattern fills a sixth */
    BYTES = COLUMNS * ROWS / 8,
    MAGIC = 0xac,
    ON = 225,
    OFF = 25,
    NO_COLOUR = 128
};

static uint8_t crc8(const uint8_t *data, unsigned len_bytes)
{
    unsigned crc = 0;
    for (unsigned i = 0; i < len_bytes; i++) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x80 ? crc << 1 ^ 0x07 : crc << 1;
        crc &= 0xff;
    }
    return (uint8_t)crc;
}

static void fill(struct plane *plane, int x0, int x1, int y0, int y1, uint8_t value)
{
    for (int y = y0; y < y1; y++)
        memset(plane->data + (size_t)y * (size_t)plane->width + x0, value, (size_t)(x1 - x0));
}

void barcode_draw(struct canvas *canvas, const struct barcode *barcode)
{
    uint8_t bytes[BYTES] = {MAGIC,
                            (uint8_t)(barcode->wall_ms >> 24),
                            (uint8_t)(barcode->wall_ms >> 16),
                            (uint8_t)(barcode->wall_ms >> 8),
                            (uint8_t)barcode->wall_ms,
                            (uint8_t)(barcode->number >> 8),
                            (uint8_t)barcode->number};
    bytes[7] = crc8(bytes + 1, 6);
    for (int i = 0; i < COLUMNS * ROWS; i++) {
        int column = i % COLUMNS, row = i / COLUMNS;
        fill(&canvas->planes[0], column * canvas->width / COLUMNS,
             (column + 1) * canvas->width / COLUMNS, row * canvas->height / ROWS_OF_PICTURE,
             (row + 1) * canvas->height / ROWS_OF_PICTURE,
             bytes[i / 8] >> (7 - i % 8) & 1 ? ON : OFF);
    }
    int bottom = (canvas->height * ROWS / ROWS_OF_PICTURE + 1);
    for (int i = 1; i < canvas->plane_count; i++) {
        struct plane *plane = &canvas->planes[i];
        fill(plane, 0, plane->width, 0, bottom >> plane->shift_y, NO_COLOUR);
    }
}
