/* Answers of the API as lines for a terminal. Pure; any thread. */
#pragma once
#include "admin/order.h"
#include "base/text.h"

/* Formats a successful answer for printing. Foreign text, such as a browser's User-Agent, cannot
 * control the terminal. -EINVAL: the body is not as expected. */
int show_answer(enum order_show show, const char *body, struct text *out)
    __attribute__((warn_unused_result));
/* Formats an error: the detail of problem details (RFC 9457), or only the status. */
void show_problem(unsigned status, const char *body, struct text *out);
