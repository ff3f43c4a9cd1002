#include "app/complain.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

enum { MESSAGE_MAX_BYTES = 8192 };

void complain(const char *format, ...)
{
    struct text message = text_growing(MESSAGE_MAX_BYTES), plain = text_growing(MESSAGE_MAX_BYTES);
    va_list args;
    va_start(args, format);
    text_add_list(&message, format, args);
    va_end(args);
    text_add_plain(&plain, message.bytes);
    fprintf(stderr, "eyelid: %s\n", plain.bytes);
    text_finish(&message);
    text_finish(&plain);
}
