/* Random bytes from the kernel, suitable for tokens. Any thread. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Fills out; aborts if the kernel has none, which Linux rules out after boot. */
void random_bytes(void *out, size_t len_bytes);

/* 16 random bytes in hexadecimal and a NUL: an unguessable id. */
void random_hex_id(char out[33]);
