#include "v4l2/v4l2_identity.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

enum { ATTRIBUTE_MAX = 128 };

static void join(char out[PATH_MAX], const char *folder, const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_add(&text, "%s/%s", folder, name);
}

/* The first line of a sysfs attribute without surrounding blanks, "" when there is none. */
static void read_attribute(const char *folder, const char *name, char out[ATTRIBUTE_MAX])
{
    char path[PATH_MAX], line[ATTRIBUTE_MAX] = "";
    join(path, folder, name);
    FILE *file = fopen(path, "re");
    if (file) {
        if (!fgets(line, sizeof(line), file))
            line[0] = '\0';
        fclose(file);
    }
    char *start = line, *end = line + strlen(line);
    while (isspace((unsigned char)*start))
        start++;
    while (end > start && isspace((unsigned char)end[-1]))
        *--end = '\0';
    snprintf(out, ATTRIBUTE_MAX, "%.*s", (int)(end - start), start);
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Lower-case letters, digits and single '-' replacing everything else; out has cap bytes. */
static void slug(const char *s, char *out, size_t cap)
{
    size_t n = 0;
    for (; *s && n + 1 < cap; s++) {
        if (isalnum((unsigned char)*s))
            out[n++] = (char)tolower((unsigned char)*s);
        else if (n > 0 && out[n - 1] != '-')
            out[n++] = '-';
    }
    while (n > 0 && out[n - 1] == '-')
        n--;
    out[n] = '\0';
}

/* FNV-1a, 32 bit (draft-eastlake-fnv). */
static uint32_t hash(const char *s)
{
    uint32_t h = 2166136261u;
    for (; *s; s++)
        h = (h ^ (uint8_t)*s) * 16777619u;
    return h;
}

/* The address as an id; one that is too long ends in a hash of the whole. */
static void id_of(const char *address, char out[CAMERA_ID_MAX + 1])
{
    enum { HASHED_BYTES = CAMERA_ID_MAX - 9 };
    char whole[CAMERA_ADDRESS_MAX];
    slug(address, whole, sizeof(whole));
    if (strlen(whole) <= CAMERA_ID_MAX)
        snprintf(out, CAMERA_ID_MAX + 1, "%.*s", CAMERA_ID_MAX, whole);
    else
        snprintf(out, CAMERA_ID_MAX + 1, "%.*s-%08x", HASHED_BYTES, whole, hash(address));
}

/* The folder of the USB device (Linux, "sysfs-bus-usb") that the interface at path belongs to:
 * shortens path to it. */
static bool cut_to_usb_device(char *path)
{
    char vendor[ATTRIBUTE_MAX];
    for (char *slash; (slash = strrchr(path, '/')) && slash != path; *slash = '\0') {
        read_attribute(path, "idVendor", vendor);
        if (vendor[0])
            return true;
    }
    return false;
}

/* Distinguishes the nodes of one device: a second interface (an infrared sensor) and, behind one
 * interface, a further node. The first of all adds nothing. */
static void read_suffix(const char *interface, const char *class_folder, char out[ATTRIBUTE_MAX])
{
    char number[ATTRIBUTE_MAX], index[ATTRIBUTE_MAX];
    struct text text = text_over(out, ATTRIBUTE_MAX);
    read_attribute(interface, "bInterfaceNumber", number);
    read_attribute(class_folder, "index", index);
    if (number[0] && strcmp(number, "00") != 0)
        text_add(&text, ":%.8s", number);
    if (index[0] && strcmp(index, "0") != 0)
        text_add(&text, "%s.%.8s", number[0] && strcmp(number, "00") != 0 ? "" : ":", index);
}

static void usb_addresses(const char *device, const char *suffix, struct v4l2_identity *identity)
{
    char vendor[ATTRIBUTE_MAX], product[ATTRIBUTE_MAX], serial[ATTRIBUTE_MAX];
    struct text place = text_over(identity->place_address, sizeof(identity->place_address));
    struct text address = text_over(identity->address, sizeof(identity->address));
    read_attribute(device, "idVendor", vendor);
    read_attribute(device, "idProduct", product);
    read_attribute(device, "serial", serial);
    text_add(&place, "usb:%s:%s:at:%s%s", vendor, product, base_name(device), suffix);
    if (text_is_name(serial, ATTRIBUTE_MAX))
        text_add(&address, "usb:%s:%s:%s%s", vendor, product, serial, suffix);
    else
        text_add(&address, "%s", identity->place_address);
}

/* The bus ("platform", "pci") is what the link `subsystem` points to. */
static void other_address(const char *device, const char *suffix, struct v4l2_identity *identity)
{
    char path[PATH_MAX], bus[PATH_MAX];
    struct text address = text_over(identity->address, sizeof(identity->address));
    join(path, device, "subsystem");
    text_add(&address, "%s:%s%s", realpath(path, bus) ? base_name(bus) : "device",
             base_name(device), suffix);
    memcpy(identity->place_address, identity->address, sizeof(identity->place_address));
}

int v4l2_identity_read(const char *sys, const char *node, struct v4l2_identity *ret_identity)
{
    char class_folder[PATH_MAX], path[PATH_MAX], device[PATH_MAX], suffix[ATTRIBUTE_MAX];
    struct v4l2_identity identity = {0};
    join(path, sys, "class/video4linux");
    join(class_folder, path, node);
    join(path, class_folder, "device");
    if (!realpath(path, device))
        return -errno;
    read_suffix(device, class_folder, suffix);
    snprintf(path, sizeof(path), "%s", device);
    if (cut_to_usb_device(path))
        usb_addresses(path, suffix, &identity);
    else
        other_address(device, suffix, &identity);
    id_of(identity.address, identity.id);
    id_of(identity.place_address, identity.place_id);
    *ret_identity = identity;
    return 0;
}
