#include "schedule/sun.h"

#include <math.h>

#include "schedule/civil.h"

static const double DEGREE = 3.14159265358979323846 / 180;

struct position {
    double declination;      /* degrees */
    double equation_minutes; /* apparent minus mean solar time */
};

/* The sun's position at a time. The names are from NOAA's spreadsheet. */
static struct position position_at(double utc_s)
{
    const double julian_day = utc_s / DAY_S + 2440587.5;
    const double t = (julian_day - 2451545) / 36525; /* centuries since J2000 */
    const double mean_longitude = fmod(280.46646 + t * (36000.76983 + t * 0.0003032), 360);
    const double mean_anomaly = 357.52911 + t * (35999.05029 - 0.0001537 * t);
    const double eccentricity = 0.016708634 - t * (0.000042037 + 0.0000001267 * t);
    const double m = mean_anomaly * DEGREE;
    const double centre = sin(m) * (1.914602 - t * (0.004817 + 0.000014 * t)) +
                          sin(2 * m) * (0.019993 - 0.000101 * t) + sin(3 * m) * 0.000289;
    const double node = (125.04 - 1934.136 * t) * DEGREE;
    const double longitude = mean_longitude + centre - 0.00569 - 0.00478 * sin(node);
    const double mean_obliquity =
        23 + (26 + (21.448 - t * (46.815 + t * (0.00059 - t * 0.001813))) / 60) / 60;
    const double obliquity = (mean_obliquity + 0.00256 * cos(node)) * DEGREE;
    const double y = tan(obliquity / 2) * tan(obliquity / 2), l = mean_longitude * DEGREE;
    const double equation = y * sin(2 * l) - 2 * eccentricity * sin(m) +
                            4 * eccentricity * y * sin(m) * cos(2 * l) - 0.5 * y * y * sin(4 * l) -
                            1.25 * eccentricity * eccentricity * sin(2 * m);
    return (struct position){.declination = asin(sin(obliquity) * sin(longitude * DEGREE)) / DEGREE,
                             .equation_minutes = 4 * equation / DEGREE};
}

/* Half of the arc that the sun is above the zenith's altitude, degrees; NAN: always or never. */
static double hour_angle(double latitude, double declination, double zenith)
{
    const double phi = latitude * DEGREE, delta = declination * DEGREE;
    const double cosine = cos(zenith * DEGREE) / (cos(phi) * cos(delta)) - tan(phi) * tan(delta);
    return cosine < -1 || cosine > 1 ? NAN : acos(cosine) / DEGREE;
}

bool sun_event_utc(enum sun_event event, struct sun_place place, int64_t day, int64_t *ret_utc_s)
{
    static const double ZENITHS[] = {
        [SUN_DAWN] = 96, [SUN_RISE] = 90.833, [SUN_SET] = 90.833, [SUN_DUSK] = 96};
    const double before = event == SUN_DAWN || event == SUN_RISE ? -1 : 1;
    const double mean_noon = (double)day * DAY_S + 0.5 * DAY_S - place.longitude * 240;
    double utc_s = mean_noon;
    /* The sun's position depends on the result: three iterations bring it within a second. */
    for (int round = 0; round < 4; round++) {
        const struct position sun = position_at(utc_s);
        const double angle = hour_angle(place.latitude, sun.declination, ZENITHS[event]);
        if (isnan(angle))
            return false;
        utc_s = mean_noon - sun.equation_minutes * 60 + before * angle * 240;
    }
    *ret_utc_s = (int64_t)floor(utc_s + 0.5);
    return true;
}
