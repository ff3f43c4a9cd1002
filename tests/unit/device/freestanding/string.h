/* All of <string.h> that the device's core may use: every microcontroller's C library has it. */
#pragma once
#include <stddef.h>

int memcmp(const void *a, const void *b, size_t n);
void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int value, size_t n);
size_t strlen(const char *s);
size_t strspn(const char *s, const char *accept);
