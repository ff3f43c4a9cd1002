/* The supported boards, as data: to add a board, add a row to board.c. What does not belong here:
 * driving the pins (camera.h). Immutable; any thread. */
#pragma once
#include "device/agent.h"

enum { BOARD_NO_PIN = -1, BOARD_DATA_PINS = 8 };

/* GPIO numbers; BOARD_NO_PIN if the board has no such line. */
struct board_pins {
    int sda, scl, xclk, vsync, href, pclk;
    int data[BOARD_DATA_PINS]; /* D0 to D7; also called Y2 to Y9 */
    int power_down;            /* PWDN of the sensor, high = off; the camera driver raises it */
    int reset;                 /* RESET of the sensor, low = reset; the camera driver pulls it */
    int supply;                /* switches the sensor's supply, low = on */
};

struct board {
    const char *name;  /* CONFIG_EYELID_BOARD */
    const char *model; /* its product name */
    struct board_pins pins;
    unsigned xclk_hz;
    unsigned supply_settle_ms;      /* from switching the supply on to the first access to the
                                     * sensor */
    const struct agent_size *sizes; /* rising; the last one is for stills */
    unsigned sizes_count;           /* up to AGENT_MAX_SIZES */
    unsigned default_size;          /* index */
    uint32_t max_fps_milli;         /* frames per 1000 s */
};

extern const struct board board_table[];
extern const unsigned board_count;

/* NULL if there is no such board. */
const struct board *board_find(const char *name);
