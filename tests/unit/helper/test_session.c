/* A session in its own process, over a camera that pretends: it gives RGB, which the helper
 * converts into memory that can not always be had. */
#include "helper/libcamera/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* after those: */
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "helper/libcamera/memory.h"
#include "helper/libcamera/shim.h"

/* --- The camera. --- */

static struct shim {
    int fd;          /* of its one buffer */
    unsigned n_made; /* memories */
    struct shim_params params;
} shim = {.fd = -1};

enum { FAILS = 2 }; /* the memory that can not be had */

int __real_memory_create(size_t len_bytes, struct memory *ret_memory);
int __wrap_memory_create(size_t len_bytes, struct memory *ret_memory);

int __wrap_memory_create(size_t len_bytes, struct memory *ret_memory)
{
    return ++shim.n_made == FAILS ? -ENOMEM : __real_memory_create(len_bytes, ret_memory);
}

int shim_open(const struct shim_params *params, struct shim **ret_shim, char *error, size_t cap)
{
    (void)error;
    (void)cap;
    shim.params = *params;
    *ret_shim = &shim;
    return 0;
}

void shim_close(struct shim *s)
{
    (void)s;
}

const char *shim_model(const struct shim *s)
{
    (void)s;
    return "pretended";
}

unsigned shim_controls(struct shim *s, struct helper_control controls[HELPER_CONTROLS_MAX])
{
    (void)s;
    (void)controls;
    return 0;
}

int shim_set(struct shim *s, const char *name, int32_t value)
{
    (void)s;
    (void)name;
    (void)value;
    return -ENOENT;
}

bool shim_offers(struct shim *s, unsigned width, unsigned height)
{
    (void)s;
    (void)width;
    (void)height;
    return true;
}

int shim_configure(struct shim *s, bool is_still, unsigned width, unsigned height,
                   struct shim_buffers *ret_buffers)
{
    const uint32_t size_bytes = 3 * width * height;
    (void)is_still;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = memfd_create("pretended", MFD_CLOEXEC);
    if (s->fd < 0 || ftruncate(s->fd, size_bytes) < 0)
        return -errno;
    *ret_buffers = (struct shim_buffers){.layout = SHIM_RGB24, .count = 1, .fds = {s->fd}};
    ret_buffers->pixels.width = width;
    ret_buffers->pixels.height = height;
    ret_buffers->pixels.size_bytes = size_bytes;
    ret_buffers->pixels.strides[0] = 3 * width;
    return 0;
}

int shim_start(struct shim *s, unsigned max_fps, unsigned min_fps)
{
    (void)s;
    (void)max_fps;
    (void)min_fps;
    return 0;
}

int shim_queue(struct shim *s, unsigned index)
{
    static uint32_t sequence; /* one picture is enough */
    if (sequence++ == 0)
        s->params.completed(s->params.ctx,
                            &(struct shim_completion){.index = index, .is_good = true});
    return 0;
}

int shim_stop(struct shim *s)
{
    (void)s;
    return 0;
}

/* --- The server's end. --- */

struct answer {
    struct helper_head head;
    union {
        struct helper_control control; /* the largest */
        struct helper_done done;
        struct helper_layout layout;
    };
};

static void hear(int socket, enum helper_kind kind, struct answer *ret_answer)
{
    assert_true(recv(socket, ret_answer, sizeof(*ret_answer), 0) > 0);
    assert_int_equal(ret_answer->head.kind, kind);
}

static void start(int socket, uint32_t width, uint32_t height)
{
    const struct {
        struct helper_head head;
        struct helper_start start;
    } order = {{HELPER_VERSION, HELPER_START}, {.width = width, .height = height}};
    assert_int_equal(send(socket, &order, sizeof(order), 0), sizeof(order));
}

static void test_a_failed_configuration_is_repeated(void **state)
{
    (void)state;
    int ends[2];
    struct answer answer;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        _exit(session_run("pretended", ends[1]));
    }
    close(ends[1]);
    hear(ends[0], HELPER_LAYOUT, &answer);
    hear(ends[0], HELPER_CONTROL, &answer); /* size */
    hear(ends[0], HELPER_CONTROL, &answer); /* fps */
    hear(ends[0], HELPER_READY, &answer);
    start(ends[0], 640, 480);
    hear(ends[0], HELPER_DONE, &answer);
    assert_int_equal(answer.done.error, -ENOMEM);
    start(ends[0], 640, 480);
    hear(ends[0], HELPER_LAYOUT, &answer);
    assert_int_equal(answer.layout.pixels.width, 640);
    hear(ends[0], HELPER_DONE, &answer);
    assert_int_equal(answer.done.error, 0);
    hear(ends[0], HELPER_FRAME, &answer);
    close(ends[0]);
    int status = -1;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_failed_configuration_is_repeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
