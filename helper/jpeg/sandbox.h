/* The kernel's filter of system calls for this process. */
#pragma once

/* From now on the process may read and write what is open, get and return memory, and end; anything
 * else kills it. Its memory is bounded. Negative errno. */
int sandbox_enter(void) __attribute__((warn_unused_result));
