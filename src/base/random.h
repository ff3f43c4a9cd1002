/* Random bytes of the kernel, fit for tokens. Any thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Fills out; aborts when the kernel has none, which Linux rules out after boot. */
void random_bytes(void *out, size_t len_bytes);

/* 16 random bytes in hexadecimal and a NUL: an id that nobody guesses. */
void random_hex_id(char out[33]);
