/* All of <errno.h> that the device's core may use. */
#pragma once

enum { E2BIG = 7, EINVAL = 22 };
