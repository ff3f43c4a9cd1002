/* The key of a WebSocket handshake and its answer, as pure functions. Standard: RFC 6455 section
 * 4.2.2. Any thread. */
#pragma once
#include <stdbool.h>

enum { WS_KEY_CHARS = 24, WS_ANSWER_CHARS = 28 };

/* 16 bytes in base64; takes NULL. */
bool ws_key_is_valid(const char *key);

/* The value of Sec-WebSocket-Accept for a valid key, NUL-terminated. */
void ws_key_answer(const char *key, char ret_answer[WS_ANSWER_CHARS + 1]);
