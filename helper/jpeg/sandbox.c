#include "helper/jpeg/sandbox.h"

#include <errno.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The shared memory, and what a progressive picture of the largest size needs. */
static const struct rlimit MEMORY = {512 << 20, 512 << 20};
static const struct rlimit NO_CORE = {0, 0};

static int add_rules(scmp_filter_ctx filter)
{
    static const int ALLOWED[] = {
        SCMP_SYS(read),         SCMP_SYS(write),   SCMP_SYS(brk),
        SCMP_SYS(munmap),       SCMP_SYS(madvise), SCMP_SYS(exit_group),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(mremap),  SCMP_SYS(futex),
    };
    int r = 0;
    for (size_t i = 0; i < sizeof(ALLOWED) / sizeof(ALLOWED[0]) && r == 0; i++)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, ALLOWED[i], 0);
    /* Memory that is not a file and never runs. */
    if (r == 0)
        r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                             SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                             SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS));
    return r;
}

int sandbox_enter(void)
{
    if (setrlimit(RLIMIT_AS, &MEMORY) < 0 || setrlimit(RLIMIT_CORE, &NO_CORE) < 0 ||
        prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return -errno;
    /* The only thread is the process. Killing the process by name needs seccomp(2), which a filter
     * that is inherited, such as that of the systemd unit, may refuse; prctl(2) does for this. */
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_THREAD);
    if (!filter)
        return -ENOMEM;
    int r = add_rules(filter);
    if (r == 0)
        r = seccomp_load(filter); /* sets no_new_privs too */
    seccomp_release(filter);
    return r;
}
