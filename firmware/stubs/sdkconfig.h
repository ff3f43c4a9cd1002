/* A stand-in that declares what the firmware uses, as in made by ESP-IDF's menuconfig; the build of
 * the stubs defines what it holds. */
#pragma once
#ifndef CONFIG_EYELID_BOARD
#error "the build names a board"
#endif
