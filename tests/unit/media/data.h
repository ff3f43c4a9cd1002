/* Reading a test's committed files (data/, see data/README.md). */
#pragma once
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { DATA_MAX_BYTES = 16384 };

/* Reads data/NAME into out; returns its length. Fails the test when it cannot. */
static inline size_t data_read(const char *name, uint8_t out[DATA_MAX_BYTES])
{
    char path[512];
    snprintf(path, sizeof(path), "%s/%s", TEST_DATA_DIR, name);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    size_t len_bytes = fread(out, 1, DATA_MAX_BYTES, file);
    assert_int_equal(fgetc(file), EOF);
    fclose(file);
    return len_bytes;
}

/* Reads hexadecimal digits into out; returns the bytes. */
static inline size_t data_unhex(const char *hex, uint8_t *out, size_t cap)
{
    size_t n = 0;
    for (unsigned byte; sscanf(hex + 2 * n, "%2x", &byte) == 1; n++) {
        assert_true(n < cap);
        out[n] = (uint8_t)byte;
    }
    return n;
}
