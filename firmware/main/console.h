/* The serial line: a task that runs commands (command.h) on the stored settings. It shares nothing
 * with the camera's task: changes take effect after a restart. */
#pragma once

/* 0 or -EIO. */
int console_start(void) __attribute__((warn_unused_result));
