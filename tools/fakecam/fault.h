/* Imitates what real devices do to their pictures and connections, reproducibly for the same seed.
 * What belongs here: reading --fault, deciding when, and damaging the bytes. What does not: sockets
 * and clocks (camera.h asks). One thread. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

enum fault {
    FAULT_TRUNCATED,  /* ends in the middle of its scan */
    FAULT_NO_EOI,     /* the end is missing: the frame outgrew the device's buffer */
    FAULT_NO_SOI,     /* the first two bytes are missing */
    FAULT_GARBAGE,    /* foreign bytes inside the scan, impossible markers among them */
    FAULT_HUGE,       /* more than 4 MiB */
    FAULT_WRONG_SIZE, /* from here on another size than requested, and back with the next */
    FAULT_CLOCK_JUMP, /* from here on the device's clock is off by up to an hour */
    FAULT_TEXT_JUNK,  /* a text that is not a message is sent instead */
    FAULT_STALL,      /* nothing is sent for a while */
    FAULT_FRAGMENT,   /* every message is sent in small continuation frames */
    FAULT_BASE64,     /* every frame is sent as base64 text */
    FAULT_DISCONNECT, /* the connection breaks that many seconds after it came up */
    FAULT_COUNT,
};

struct fault_rule {
    bool on;
    uint32_t every;    /* one in that many frames; 0: by chance */
    double chance;     /* 0 to 1 */
    uint32_t argument; /* stall: ms; fragment: bytes; disconnect: seconds */
};

struct fault_plan {
    struct fault_rule rules[FAULT_COUNT];
};

/* Reads "truncated:10,garbage:5%,stall:2000"; eyelid-fakecam(1) has the grammar. -EINVAL with a
 * sentence in error, of error_cap bytes. */
int fault_parse(const char *spec, struct fault_plan *ret_plan, char *error, size_t error_cap)
    __attribute__((warn_unused_result));

/* One camera's progress through the plan. */
struct fault_course {
    const struct fault_plan *plan; /* borrowed */
    uint64_t frames, random;
};

void fault_begin(struct fault_course *course, const struct fault_plan *plan, uint64_t seed);

/* The faults of the next frame: a set of 1 << enum fault. */
unsigned fault_next(struct fault_course *course);

/* Replaces *jpeg by a damaged copy if `faults` says so; the first reference is dropped. */
void fault_spoil(struct fault_course *course, unsigned faults, struct buf **jpeg);
