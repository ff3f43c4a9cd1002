#include "backup/tar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The fields of a header, their offsets and lengths. */
enum {
    NAME = 0,
    NAME_BYTES = 100,
    MODE = 100,
    OWNER = 108,
    GROUP = 116,
    SIZE = 124,
    CHANGED = 136,
    SUM = 148,
    TYPE = 156,
    MAGIC = 257,
    VERSION = 263,
    PREFIX = 345,
    PREFIX_BYTES = 155,
    SHORT_BYTES = 8,  /* of mode, owner, group and sum */
    NUMBER_BYTES = 12 /* of size and changed */
};

static const char USTAR[] = "ustar"; /* with its NUL; GNU's "ustar  " is read, too */
static const uint64_t OCTAL_MAX = (UINT64_C(1) << 33) - 1;

/* The sum of all bytes, those of the sum itself counted as blanks. */
static unsigned sum_of(const uint8_t *block)
{
    unsigned sum = SHORT_BYTES * ' ';
    for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
        if (i < SUM || i >= SUM + SHORT_BYTES)
            sum += block[i];
    return sum;
}

/* Eleven octal digits, or binary with the first bit set. */
static void put_number(uint64_t value, uint8_t *field)
{
    if (value <= OCTAL_MAX) {
        char text[24];
        snprintf(text, sizeof(text), "%011llo", (unsigned long long)value);
        memcpy(field, text, NUMBER_BYTES);
        return;
    }
    field[0] = 0x80;
    for (size_t i = NUMBER_BYTES; i-- > 1; value >>= 8)
        field[i] = (uint8_t)value;
}

static int get_number(const uint8_t *field, size_t len, uint64_t *ret_value)
{
    uint64_t value = 0;
    size_t i = 0;
    if (field[0] == 0x80) {
        for (i = 1; i < len; i++) {
            if (value >> 55)
                return -EBADMSG;
            value = value << 8 | field[i];
        }
        *ret_value = value;
        return 0;
    }
    while (i < len && field[i] == ' ')
        i++;
    const size_t first = i;
    for (; i < len && field[i] >= '0' && field[i] <= '7'; i++)
        value = value << 3 | (uint64_t)(field[i] - '0');
    if (i == first || (i < len && field[i] != ' ' && field[i] != '\0'))
        return -EBADMSG;
    *ret_value = value;
    return 0;
}

/* Where a long name is divided, at a slash; 0: not; SIZE_MAX: it does not fit. */
static size_t division(const char *name)
{
    const size_t len = strlen(name);
    if (len <= NAME_BYTES)
        return 0;
    for (size_t i = len - NAME_BYTES - 1; i < len && i <= PREFIX_BYTES; i++)
        if (name[i] == '/' && i > 0 && i + 1 < len)
            return i;
    return SIZE_MAX;
}

int tar_write(const struct tar_entry *entry, uint8_t block[TAR_BLOCK_BYTES])
{
    const size_t at = division(entry->name);
    char sum[SHORT_BYTES + 1];
    if (at == SIZE_MAX)
        return -ENAMETOOLONG;
    const char *name = at ? entry->name + at + 1 : entry->name;
    memset(block, 0, TAR_BLOCK_BYTES);
    memcpy(block + NAME, name, strlen(name));
    memcpy(block + PREFIX, entry->name, at);
    memcpy(block + MODE, entry->is_folder ? "0000700" : "0000600", SHORT_BYTES);
    memcpy(block + OWNER, "0000000", SHORT_BYTES);
    memcpy(block + GROUP, "0000000", SHORT_BYTES);
    put_number(entry->is_folder ? 0 : entry->bytes, block + SIZE);
    put_number(entry->changed_s > 0 ? (uint64_t)entry->changed_s : 0, block + CHANGED);
    block[TYPE] = entry->is_folder ? '5' : '0';
    memcpy(block + MAGIC, USTAR, sizeof(USTAR));
    memcpy(block + VERSION, "00", 2);
    snprintf(sum, sizeof(sum), "%06o", sum_of(block));
    memcpy(block + SUM, sum, 7);
    block[SUM + 7] = ' ';
    return 0;
}

static bool is_zero(const uint8_t *block)
{
    for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
        if (block[i])
            return false;
    return true;
}

int tar_read(const uint8_t block[TAR_BLOCK_BYTES], struct tar_entry *ret_entry)
{
    struct tar_entry entry = {.name = ""};
    const char *text = (const char *)block;
    uint64_t sum, changed;
    if (is_zero(block))
        return -ENODATA;
    if (memcmp(block + MAGIC, USTAR, sizeof(USTAR) - 1) != 0 ||
        get_number(block + SUM, SHORT_BYTES, &sum) < 0 || sum != sum_of(block) ||
        get_number(block + SIZE, NUMBER_BYTES, &entry.bytes) < 0 ||
        get_number(block + CHANGED, NUMBER_BYTES, &changed) < 0 || changed > INT64_MAX)
        return -EBADMSG;
    if (block[TYPE] != '0' && block[TYPE] != '\0' && block[TYPE] != '5')
        return -ENOTSUP;
    /* GNU's own header has other things where the prefix is. */
    const size_t prefix = block[MAGIC + 5] == '\0' ? strnlen(text + PREFIX, PREFIX_BYTES) : 0;
    if (strnlen(text + NAME, NAME_BYTES) == 0)
        return -EBADMSG;
    snprintf(entry.name, sizeof(entry.name), "%.*s%s%.*s", (int)prefix, text + PREFIX,
             prefix ? "/" : "", NAME_BYTES, text + NAME);
    entry.is_folder = block[TYPE] == '5';
    entry.changed_s = (int64_t)changed;
    *ret_entry = entry;
    return 0;
}

size_t tar_padding(uint64_t len_bytes)
{
    const size_t over = (size_t)(len_bytes % TAR_BLOCK_BYTES);
    return over ? TAR_BLOCK_BYTES - over : 0;
}
