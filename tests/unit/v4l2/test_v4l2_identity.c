/* Who a device is, and who holds it: read from trees like /sys and /proc. */
#include "v4l2/v4l2_identity.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "v4l2/v4l2_holder.h"

static char top[64];

static void path_of(char out[512], const char *name)
{
    struct text text = text_over(out, 512);
    text_add(&text, "%s/%s", top, name);
}

/* Makes the folder and all above it. */
static void folder(const char *name)
{
    char path[512];
    path_of(path, name);
    for (char *p = path + strlen(top) + 1; (p = strchr(p, '/')); *p++ = '/') {
        *p = '\0';
        mkdir(path, 0700);
    }
    assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
}

static void file(const char *folder_name, const char *name, const char *content)
{
    char path[512], whole[1024];
    path_of(path, folder_name);
    snprintf(whole, sizeof(whole), "%s/%s", path, name);
    FILE *f = fopen(whole, "w");
    assert_non_null(f);
    fputs(content, f);
    fclose(f);
}

static void link_to(const char *name, const char *target)
{
    char path[512];
    path_of(path, name);
    assert_int_equal(symlink(target, path), 0);
}

static void video(const char *node, const char *index, const char *device)
{
    char name[128], target[512];
    snprintf(name, sizeof(name), "class/video4linux/%s", node);
    folder(name);
    file(name, "index", index);
    snprintf(name, sizeof(name), "class/video4linux/%s/device", node);
    path_of(target, device);
    link_to(name, target);
}

#define USB "devices/pci0000:00/0000:00:14.0/usb1/"

static void usb(const char *name, const char *serial, const char *interface)
{
    char where[256];
    snprintf(where, sizeof(where), USB "%s/%s:1.%s", name, name, interface);
    folder(where);
    file(where, "bInterfaceNumber", interface[0] == '0' ? "00\n" : "02\n");
    snprintf(where, sizeof(where), USB "%s", name);
    file(where, "idVendor", "046d\n");
    file(where, "idProduct", "0825\n");
    if (serial)
        file(where, "serial", serial);
}

static int create(void **state)
{
    (void)state;
    snprintf(top, sizeof(top), "/tmp/eyelid-test-XXXXXX");
    return mkdtemp(top) ? 0 : -1;
}

static int drop(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static int destroy(void **state)
{
    (void)state;
    return nftw(top, drop, 16, FTW_DEPTH | FTW_PHYS);
}

static void expect(const char *node, const char *id, const char *address)
{
    struct v4l2_identity identity;
    assert_int_equal(v4l2_identity_read(top, node, &identity), 0);
    assert_string_equal(identity.id, id);
    assert_string_equal(identity.address, address);
    assert_true(text_is_id(identity.id) && text_is_id(identity.place_id));
}

static void usb_cameras(void **state)
{
    (void)state;
    usb("1-4", "1A2B3C\n", "0");
    usb("1-4", "1A2B3C\n", "2");
    usb("1-4.2", NULL, "0");
    usb("1-5", "Some vendor's 200901010001 long\n", "0");
    usb("1-6", "\n", "0");
    video("video0", "0\n", USB "1-4/1-4:1.0");
    video("video1", "1\n", USB "1-4/1-4:1.0");
    video("video2", "0\n", USB "1-4/1-4:1.2");
    video("video3", "0\n", USB "1-4.2/1-4.2:1.0");
    video("video4", "0\n", USB "1-5/1-5:1.0");
    video("video5", "0\n", USB "1-6/1-6:1.0");
    expect("video0", "usb-046d-0825-1a2b3c", "usb:046d:0825:1A2B3C");
    expect("video1", "usb-046d-0825-1a2b3c-1", "usb:046d:0825:1A2B3C:.1");
    expect("video2", "usb-046d-0825-1a2b3c-02", "usb:046d:0825:1A2B3C:02");
    expect("video3", "usb-046d-0825-at-1-4-2", "usb:046d:0825:at:1-4.2");
    expect("video5", "usb-046d-0825-at-1-6", "usb:046d:0825:at:1-6");
    struct v4l2_identity identity;
    assert_int_equal(v4l2_identity_read(top, "video4", &identity), 0);
    assert_int_equal(strlen(identity.id), CAMERA_ID_MAX); /* cut, with a hash of the whole */
    assert_memory_equal(identity.id, "usb-046d-0825-some-vend-", 23);
    assert_string_equal(identity.place_id, "usb-046d-0825-at-1-5");
    assert_string_equal(identity.place_address, "usb:046d:0825:at:1-5");
}

static void other_cameras(void **state)
{
    (void)state;
    char target[512];
    folder("bus/platform");
    folder("devices/platform/vivid.0");
    path_of(target, "bus/platform");
    link_to("devices/platform/vivid.0/subsystem", target);
    folder("devices/virtual/odd");
    video("video0", "0\n", "devices/platform/vivid.0");
    video("video7", "3\n", "devices/platform/vivid.0");
    video("video8", "0\n", "devices/virtual/odd");
    expect("video0", "platform-vivid-0", "platform:vivid.0");
    expect("video7", "platform-vivid-0-3", "platform:vivid.0:.3");
    expect("video8", "device-odd", "device:odd");
    struct v4l2_identity identity;
    assert_int_equal(v4l2_identity_read(top, "video9", &identity), -ENOENT);
}

static void holders(void **state)
{
    (void)state;
    char holder[V4L2_HOLDER_MAX], own[64];
    snprintf(own, sizeof(own), "%ld/fd", (long)getpid());
    folder(own); /* this process does not count */
    snprintf(own, sizeof(own), "%ld/fd/3", (long)getpid());
    link_to(own, "/dev/video0");
    folder("12/fd");
    link_to("12/fd/0", "/dev/null");
    link_to("12/fd/4", "/dev/video01");
    folder("1234/fd");
    link_to("1234/fd/0", "/dev/null");
    link_to("1234/fd/9", "/dev/video0");
    file("1234", "comm", "mo\ttion\n");
    folder("bus");
    assert_string_equal(v4l2_holder(top, "/dev/video0", holder), "mo?tion, pid 1234");
    assert_string_equal(v4l2_holder(top, "/dev/video2", holder), "");
    link_to("12/fd/5", "/dev/video2"); /* one that has no name */
    assert_string_equal(v4l2_holder(top, "/dev/video2", holder), "pid 12");
    assert_string_equal(v4l2_holder("/nowhere", "/dev/video0", holder), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(usb_cameras, create, destroy),
        cmocka_unit_test_setup_teardown(other_cameras, create, destroy),
        cmocka_unit_test_setup_teardown(holders, create, destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
