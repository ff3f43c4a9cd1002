/* The commands typed on the serial line, and what they change. What does not belong here: the line
 * itself (console.h). Pure; any thread. */
#pragma once
#include "firmware/main/settings.h"

enum command_outcome {
    COMMAND_WRONG,   /* nothing changed; the answer says what would be right */
    COMMAND_CHANGED, /* to be stored, and in force after a restart */
    COMMAND_SHOWN,   /* nothing changed */
    COMMAND_RESTART,
};

enum { COMMAND_ANSWER_BYTES = 512 };

struct command {
    const char *name, *help, *hint;
};

extern const struct command command_table[];
extern const unsigned command_count;

/* argv[0] is the command's name. Fills `answer` with a text without a final newline. */
enum command_outcome command_run(struct settings *settings, int argc, char **argv,
                                 char answer[COMMAND_ANSWER_BYTES]);
