#include "firmware/main/board.h"

#include <string.h>

/* Sizes that the sensors scale to themselves; the OV2640's largest is 1600 x 1200. */
static const struct agent_size SIZES[] = {{160, 120},  {320, 240},  {640, 480},   {800, 600},
                                          {1024, 768}, {1280, 720}, {1600, 1200}, {2048, 1536}};
enum { SIZES_3MP = sizeof(SIZES) / sizeof(SIZES[0]), SIZES_2MP = SIZES_3MP - 1, SIZE_VGA = 2 };

const struct board board_table[] = {
    /* M5Stack AtomS3R-M12: ESP32-S3, 8 MB octal PSRAM, OV3660. The supply must be on for half a
     * second before the sensor answers. */
    {.name = "atoms3r-m12",
     .model = "AtomS3R-M12",
     .pins = {.sda = 12,
              .scl = 9,
              .xclk = 21,
              .vsync = 10,
              .href = 14,
              .pclk = 40,
              .data = {3, 42, 46, 48, 4, 17, 11, 13},
              .power_down = BOARD_NO_PIN,
              .reset = BOARD_NO_PIN,
              .supply = 18},
     .xclk_hz = 20000000,
     .supply_settle_ms = 600,
     .sizes = SIZES,
     .sizes_count = SIZES_3MP,
     .default_size = SIZE_VGA,
     .max_fps_milli = 30000},
    /* AI-Thinker ESP32-CAM: ESP32, 4 MB PSRAM, OV2640. */
    {.name = "ai-thinker",
     .model = "AI-Thinker ESP32-CAM",
     .pins = {.sda = 26,
              .scl = 27,
              .xclk = 0,
              .vsync = 25,
              .href = 23,
              .pclk = 22,
              .data = {5, 18, 19, 21, 36, 39, 34, 35},
              .power_down = 32,
              .reset = BOARD_NO_PIN,
              .supply = BOARD_NO_PIN},
     .xclk_hz = 20000000,
     .sizes = SIZES,
     .sizes_count = SIZES_2MP,
     .default_size = SIZE_VGA,
     .max_fps_milli = 25000},
};
const unsigned board_count = sizeof(board_table) / sizeof(board_table[0]);

const struct board *board_find(const char *name)
{
    for (unsigned i = 0; i < board_count; i++)
        if (strcmp(board_table[i].name, name) == 0)
            return &board_table[i];
    return NULL;
}
