/* The socket: the one file that knows libwebsockets. It is used for what it is good at, sockets and
 * (to come) TLS on libuv's loop, in its raw role; HTTP and WebSocket framing are this room's own.
 * docs/decisions/net.md says why. */
#include <errno.h>
#include <libwebsockets.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "net/internal.h"

enum {
    /* One read of a socket; shared by all. */
    READ_BYTES = 64 * 1024,
    /* libwebsockets splits writes that are larger than this, at four times the cost. */
    WRITE_BYTES = 256 * 1024 * 1024,
};

static const char PROTOCOL[] = "eyelid";

static void on_log(int level, const char *line)
{
    size_t len = strcspn(line, "\n");
    if (level & LLL_ERR)
        log_warn("net", "libwebsockets", "%.*s", (int)len, line);
    else
        log_debug("net", "libwebsockets", "%.*s", (int)len, line);
}

static int on_event(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                    size_t len)
{
    (void)user;
    /* NULL while the connection is being adopted, and for the context's own events. */
    struct conn *conn = wsi ? lws_get_opaque_user_data(wsi) : NULL;
    if (!conn)
        return 0;
    switch (reason) {
    case LWS_CALLBACK_RAW_RX:
        return conn_on_input(conn, in, len);
    case LWS_CALLBACK_RAW_WRITEABLE:
        if (conn->choked && !lws_partial_buffered(wsi)) {
            conn->choked = false;
            conn->unsent_bytes = 0;
            link_update_reading(conn);
            conn_on_writable(conn);
        }
        return 0;
    case LWS_CALLBACK_RAW_CLOSE:
        lws_set_opaque_user_data(wsi, NULL);
        conn->wsi = NULL;
        conn_on_gone(conn);
        return 0;
    default:
        return 0;
    }
}

static const struct lws_protocols PROTOCOLS[] = {
    {.name = PROTOCOL, .callback = on_event, .tx_packet_size = WRITE_BYTES},
    {0},
};

int link_start(struct net *net)
{
    lws_set_log_level(LLL_ERR | LLL_WARN, on_log);
    void *loops[] = {&net->loop};
    struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = PROTOCOLS,
        .options = LWS_SERVER_OPTION_LIBUV | LWS_SERVER_OPTION_EXPLICIT_VHOSTS |
                   LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS,
        .gid = (gid_t)-1,
        .uid = (uid_t)-1,
        .foreign_loops = loops,
        .pcontext = &net->lws,
        .pt_serv_buf_size = READ_BYTES,
        /* Not fd_limit_per_thread: with less than the process's limit libwebsockets 4.1 looks up
         * each event's socket by walking through all of them. */
        .vhost_name = PROTOCOL,
    };
    net->lws = lws_create_context(&info);
    if (!net->lws)
        return -ENOTSUP;
    net->vhost = lws_create_vhost(net->lws, &info);
    return net->vhost ? 0 : -ENOMEM;
}

void link_finish(struct net *net)
{
    /* libwebsockets closes its handles through the loop, in as many steps as it takes. */
    for (int step = 0; net->lws && step < 16; step++) {
        lws_context_destroy(net->lws);
        for (int turn = 0; net->lws && turn < 16; turn++)
            uv_run(&net->loop, UV_RUN_NOWAIT);
    }
    net->vhost = NULL;
}

int link_adopt(struct conn *conn, int fd)
{
    struct lws *wsi = lws_adopt_descriptor_vhost(
        conn->net->vhost, LWS_ADOPT_SOCKET, (lws_sock_file_fd_type){.sockfd = fd}, PROTOCOL, NULL);
    if (!wsi)
        return -ENOMEM;
    conn->wsi = wsi;
    lws_set_opaque_user_data(wsi, conn);
    return 0;
}

int link_write(struct conn *conn, uint8_t *bytes, size_t len_bytes)
{
    if (lws_write(conn->wsi, bytes, len_bytes, LWS_WRITE_RAW) < 0)
        return -EPIPE;
    if (lws_partial_buffered(conn->wsi)) {
        conn->choked = true;
        conn->unsent_bytes = len_bytes;
        link_update_reading(conn);
    }
    return 0;
}

void link_update_reading(struct conn *conn)
{
    /* While it holds unsent bytes libwebsockets 4.1 neither reads nor forgets that there is
     * something to read: the loop would spin. */
    lws_rx_flow_control(conn->wsi, !conn->choked && !conn->rx_paused);
}

int link_fd(const struct conn *conn)
{
    return lws_get_socket_fd(conn->wsi);
}

void link_shut(struct conn *conn)
{
    shutdown(link_fd(conn), SHUT_WR);
}

void link_kill(struct conn *conn)
{
    lws_set_timeout(conn->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_SYNC);
}

void link_websocket_accept(const char *key, char out[32])
{
    char joined[24 + 36 + 1];
    unsigned char hash[20];
    snprintf(joined, sizeof(joined), "%s%s", key, "258EAFA5-E914-47DA-95CA-C5AB0DC85B11");
    lws_SHA1((const unsigned char *)joined, strlen(joined), hash);
    lws_b64_encode_string((const char *)hash, sizeof(hash), out, 32);
}
