/* The boards that the firmware knows, as data: a further board is one row in board.c. What does not
 * belong here: driving the pins (camera.h). Immutable; any thread. */
#pragma once
#include "device/agent.h"

enum { BOARD_NO_PIN = -1, BOARD_DATA_PINS = 8 };

/* GPIO numbers; BOARD_NO_PIN where the board has no such line. */
struct board_pins {
    int sda, scl, xclk, vsync, href, pclk;
    int data[BOARD_DATA_PINS]; /* D0 to D7; others call them Y2 to Y9 */
    int power_down;            /* PWDN of the sensor, high = off; the camera driver raises it */
    int reset;                 /* RESET of the sensor, low = reset; the camera driver pulls it */
    int supply;                /* switches the sensor's supply, low = on */
};

struct board {
    const char *name;  /* CONFIG_EYELID_BOARD */
    const char *model; /* what people call it */
    struct board_pins pins;
    unsigned xclk_hz;
    unsigned supply_settle_ms;      /* from supply on to the first word with the sensor */
    const struct agent_size *sizes; /* rising; the last is that of stills */
    unsigned sizes_count;           /* up to AGENT_MAX_SIZES */
    unsigned default_size;          /* index */
    uint32_t max_fps_milli;         /* frames per 1000 s */
};

extern const struct board board_table[];
extern const unsigned board_count;

/* NULL when there is no such board. */
const struct board *board_find(const char *name);
