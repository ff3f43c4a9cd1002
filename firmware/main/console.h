/* The serial line: a task of its own that runs commands (command.h) on the kept settings. It shares
 * nothing with the camera's task: what it changes is in force after a restart. */
#pragma once

/* 0 or -EIO. */
int console_start(void) __attribute__((warn_unused_result));
