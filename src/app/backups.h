/* eyelid backup, eyelid restore. Both return the program's exit status. */
#pragma once
#include "app/config.h"

/* settings: the path of the settings file; NULL: none is in use. */
int backups_make(const struct config *config, const char *settings, const char *file,
                 bool pictures);
int backups_restore(const struct config *config, const char *file, bool replaces);
