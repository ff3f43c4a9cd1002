#include "app/sandbox.h"

#include <limits.h>

#include "app/helper.h"
#include "base/log.h"
#include "codec/jpeg_decode.h"

int sandbox_begin(bool is_wanted)
{
    static char program[PATH_MAX];
    if (!is_wanted)
        return 0;
    if (!helper_find("eyelid-jpeg", program)) {
        log_error("app", NULL,
                  "eyelid-jpeg is missing, which decodes pictures in a sandbox: install it, or set "
                  "sandbox = off");
        return 1;
    }
    jpeg_decode_sandbox(program);
    return 0;
}
