/* A stand-in that declares what the firmware uses, as in ESP-IDF v5.3,
 * components/tcp_transport/include/esp_transport_ws.h. */
#pragma once
typedef enum ws_transport_opcodes {
    WS_TRANSPORT_OPCODES_CONT = 0x00,
    WS_TRANSPORT_OPCODES_TEXT = 0x01,
    WS_TRANSPORT_OPCODES_BINARY = 0x02,
    WS_TRANSPORT_OPCODES_CLOSE = 0x08,
} ws_transport_opcodes_t;
