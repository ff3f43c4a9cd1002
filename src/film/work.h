/* The film's process: makes the film and prints its progress, a line at a time:
 *
 *     at 1200 1100 2880     photos processed, pictures, photos
 *     done PATH             below the film's folder
 *     failed REASON
 *
 * It ends with the process that started it. */
#pragma once

/* folder: the film's; the working directory is the archive's folder. Returns the exit status. */
int film_work(const char *folder);
