/* Messages on standard error for the person who started the program, before or beside the log. */
#pragma once

/* One line, "eyelid: …". Control characters, which a configuration file or an argument may carry to
 * the terminal, are replaced. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
