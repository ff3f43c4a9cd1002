#include "wsserver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <libwebsockets.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"

enum { TIMEOUT_MS = 20000 };

void wsserver_init(struct wsserver *server, int receive_bytes)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof(address);
    *server = (struct wsserver){.fd = -1};
    server->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(server->listen_fd >= 0);
    if (receive_bytes)
        assert_int_equal(setsockopt(server->listen_fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes,
                                    sizeof(receive_bytes)),
                         0);
    assert_int_equal(bind(server->listen_fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(server->listen_fd, 16), 0);
    assert_int_equal(getsockname(server->listen_fd, (struct sockaddr *)&address, &len), 0);
    server->port = ntohs(address.sin_port);
}

void wsserver_finish(struct wsserver *server)
{
    wsserver_drop(server);
    close(server->listen_fd);
}

void wsserver_drop(struct wsserver *server)
{
    if (server->fd >= 0)
        close(server->fd);
    server->fd = -1;
}

static void wait_for(int fd)
{
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    assert_int_equal(poll(&poll_fd, 1, TIMEOUT_MS), 1);
}

static void send_all(struct wsserver *server, const void *data, size_t len_bytes)
{
    assert_int_equal(send(server->fd, data, len_bytes, MSG_NOSIGNAL), len_bytes);
}

void wsserver_accept(struct wsserver *server)
{
    char key[128] = "", both[200], accept_key[64], answer[512];
    unsigned char hash[20];
    size_t len = 0;
    wsserver_drop(server);
    wait_for(server->listen_fd);
    server->fd = accept4(server->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    assert_true(server->fd >= 0);
    memset(server->request, 0, sizeof(server->request));
    while (!strstr(server->request, "\r\n\r\n")) {
        assert_true(len < sizeof(server->request) - 1);
        wait_for(server->fd);
        ssize_t n = recv(server->fd, server->request + len, 1, 0);
        assert_int_equal(n, 1);
        len++;
    }
    const char *header = strcasestr(server->request, "sec-websocket-key: ");
    assert_non_null(header);
    assert_int_equal(sscanf(header, "%*s %100s", key), 1);
    snprintf(both, sizeof(both), "%s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    lws_SHA1((unsigned char *)both, strlen(both), hash);
    lws_b64_encode_string((char *)hash, sizeof(hash), accept_key, sizeof(accept_key));
    int n = snprintf(answer, sizeof(answer),
                     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                     "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                     accept_key,
                     strstr(server->request, "eyelid.device.v1")
                         ? "Sec-WebSocket-Protocol: eyelid.device.v1\r\n"
                         : "");
    send_all(server, answer, (size_t)n);
}

void wsserver_send(struct wsserver *server, const char *text)
{
    uint8_t frame[4 + 4096];
    size_t len = strlen(text);
    assert_true(len <= 4096);
    frame[0] = 0x81;
    frame[1] = 126;
    frame[2] = (uint8_t)(len >> 8);
    frame[3] = (uint8_t)len;
    if (len < 126) {
        frame[1] = (uint8_t)len;
        memcpy(frame + 2, text, len);
        send_all(server, frame, 2 + len);
    } else {
        memcpy(frame + 4, text, len);
        send_all(server, frame, 4 + len);
    }
}

/* False at the connection's end. */
static bool receive(struct wsserver *server, void *out, size_t len_bytes)
{
    for (size_t done = 0; done < len_bytes;) {
        wait_for(server->fd);
        ssize_t n = recv(server->fd, (uint8_t *)out + done, len_bytes - done, 0);
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static bool receive_head(struct wsserver *server, uint8_t *ret_first, uint64_t *ret_len,
                         uint8_t mask[4])
{
    uint8_t head[2], more[8];
    if (!receive(server, head, 2))
        return false;
    assert_true(head[1] & 0x80); /* clients mask */
    *ret_first = head[0];
    *ret_len = head[1] & 0x7f;
    unsigned more_bytes = *ret_len == 126 ? 2 : *ret_len == 127 ? 8 : 0;
    if (!receive(server, more, more_bytes))
        return false;
    if (more_bytes)
        *ret_len = 0;
    for (unsigned i = 0; i < more_bytes; i++)
        *ret_len = *ret_len << 8 | more[i];
    return receive(server, mask, 4);
}

struct wsmessage wsserver_next(struct wsserver *server)
{
    struct wsmessage message = {.opcode = -1, .data = mem_zalloc_or_die(1, 1)};
    for (;;) {
        uint8_t first, mask[4];
        uint64_t len;
        if (!receive_head(server, &first, &len, mask))
            break;
        assert_true(len < 16 << 20);
        int opcode = first & 0x0f;
        assert_true((opcode == 0) == (message.fragments > 0)); /* continued where begun */
        if (opcode)
            message.opcode = opcode;
        uint8_t *data = mem_try_realloc(message.data, message.len_bytes + len + 1);
        assert_non_null(data);
        message.data = data;
        if (!receive(server, data + message.len_bytes, len))
            break;
        for (uint64_t i = 0; i < len; i++)
            data[message.len_bytes + i] ^= mask[i & 3];
        message.len_bytes += len;
        data[message.len_bytes] = '\0';
        message.fragments++;
        if (len > message.longest_fragment_bytes)
            message.longest_fragment_bytes = len;
        if (first & 0x80)
            return message;
    }
    message.opcode = -1;
    return message;
}

void wsmessage_finish(struct wsmessage *message)
{
    mem_free(message->data);
}
