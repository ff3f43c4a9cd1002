/* Messages on standard error for the person who started the program, before or beside the log. */
#pragma once

/* Prints one line, "eyelid: …". Control characters, which may come from a configuration file or an
 * argument, are replaced. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
