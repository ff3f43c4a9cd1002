#include "api/printer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void addresses_of_printers_software_name_a_number(void **state)
{
    static const struct {
        const char *path, *action;
        const char *route; /* NULL: not one of theirs */
        unsigned number;
    } ROWS[] = {
        {"/", "stream", "/stream", 0},
        {"/", "snapshot", "/snapshot", 0},
        {"/", "stream_0", "/stream", 0},
        {"/", "snapshot_2", "/snapshot", 2},
        {"/stream", NULL, "/stream", 0},
        {"/stream", "snapshot", "/stream", 0},
        {"/snapshot", NULL, "/snapshot", 0},
        {"/webcam", NULL, "/stream", 0},
        {"/webcam/", NULL, "/stream", 0},
        {"/webcam/", "stream", "/stream", 0},
        {"/webcam/", "snapshot", "/snapshot", 0},
        {"/webcam1/", "snapshot", "/snapshot", 0},
        {"/webcam2/", "snapshot", "/snapshot", 1},
        {"/webcam4/stream", NULL, "/stream", 3},
        {"/webcam2/snapshot", NULL, "/snapshot", 1},
        {"/webcam100/", "stream", "/stream", 99},
        {"/", NULL, NULL, 0},
        {"/", "", NULL, 0},
        {"/", "streams", NULL, 0},
        {"/", "stream_", NULL, 0},
        {"/", "stream_-1", NULL, 0},
        {"/", "stream_100", NULL, 0},
        {"/", "command", NULL, 0},
        {"/webcam/", "command", NULL, 0},
        {"/webcam0/", "stream", NULL, 0},
        {"/webcam101/", "stream", NULL, 0},
        {"/webcam1000/", "stream", NULL, 0},
        {"/webcamx/", "stream", NULL, 0},
        {"/webcam/x", "stream", NULL, 0},
        {"/stream/", NULL, NULL, 0},
        {"/stream/porch.mjpg", "stream", NULL, 0},
        {"/assets/a.js", "stream", NULL, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(ROWS) / sizeof(ROWS[0]); i++) {
        struct printer_address address = {.path = "untouched"};
        const bool is_theirs = printer_address_parse(ROWS[i].path, ROWS[i].action, &address);
        if (is_theirs != (ROWS[i].route != NULL))
            fail_msg("%s action %s", ROWS[i].path, ROWS[i].action ? ROWS[i].action : "-");
        assert_string_equal(address.path, ROWS[i].route ? ROWS[i].route : "untouched");
        if (is_theirs)
            assert_int_equal(address.number, ROWS[i].number);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_of_printers_software_name_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
