#include "watch/settings.h"

void watch_settings_init(struct watch_settings *settings)
{
    *settings = (struct watch_settings){.sensitivity = 50,
                                        .min_area_percent = 0.05f,
                                        .watch_fps = 2,
                                        .pre_s = 5,
                                        .post_s = 5,
                                        .profile = WATCH_NORMAL};
}
