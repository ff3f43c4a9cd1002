/* Where JPEGs are decoded: in processes of their own, or in this one. */
#pragma once
#include <stdbool.h>

/* Before the first thread. An exit status: 1, after a message, if the program that decodes is not
 * installed. Not wanted: all is as before. */
int sandbox_begin(bool is_wanted) __attribute__((warn_unused_result));
