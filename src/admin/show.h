/* Answers of the API as lines for a terminal. Pure; any thread. */
#pragma once
#include "admin/order.h"
#include "base/text.h"

/* Adds what is to be printed of an answer of success. Text that came from elsewhere, such as what a
 * browser calls itself, cannot control the terminal. -EINVAL: the body is not what was expected. */
int show_answer(enum order_show show, const char *body, struct text *out)
    __attribute__((warn_unused_result));
/* Why it was not done: the detail of problem details (RFC 9457), or the status alone. */
void show_problem(unsigned status, const char *body, struct text *out);
