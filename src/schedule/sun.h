/* When the sun rises and sets. Pure; any thread.
 *
 * Formulas: NOAA, Global Monitoring Laboratory, "Solar Calculation Details"
 * (gml.noaa.gov/grad/solcalc/calcdetails.html), after J. Meeus, "Astronomical Algorithms"; sunrise
 * and sunset at a zenith of 90.833 degrees (the sun's radius and refraction at the horizon), civil
 * dawn and dusk at 96. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum sun_event { SUN_DAWN, SUN_RISE, SUN_SET, SUN_DUSK };

struct sun_place {
    double latitude, longitude; /* degrees, north and east positive */
};

/* The event of the day (since 1970-01-01) at that place: in the solar day whose noon is closest to
 * the calendar day's. False: there is none on that day (polar night, midnight sun).
 */
bool sun_event_utc(enum sun_event event, struct sun_place place, int64_t day, int64_t *ret_utc_s);
