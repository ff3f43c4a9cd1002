#include "tools/fakecam/link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

void link_init(struct link *link, const struct link_params *params)
{
    *link = (struct link){.params = *params};
}

static void forget_message(struct link *link)
{
    buf_unref(&link->message.body);
    link->has_message = false;
    link->sent_bytes = 0;
}

void link_finish(struct link *link)
{
    forget_message(link);
    link->wsi = NULL;
    link->state = LINK_NONE;
}

static void report(struct link *link, enum agent_event_kind kind)
{
    link->params.report(link->params.ctx, &(struct agent_event){.kind = kind});
}

/* The connection of link->wsi was lost. */
static void ended(struct link *link)
{
    bool wanted = link->state == LINK_DIALLING || link->state == LINK_UP;
    link_finish(link);
    if (link->in_dial)
        link->dial_failed = true;
    else if (wanted)
        report(link, AGENT_DOWN);
}

int link_dial(struct link *link)
{
    const struct link_params *params = &link->params;
    const struct lws_client_connect_info info = {
        .context = client_context(params->client),
        .address = params->host,
        .host = params->authority,
        .port = params->port,
        .path = params->path,
        .protocol = params->subprotocol,
        .local_protocol_name = "link",
        .userdata = link,
        .pwsi = &link->wsi,
    };
    link_break(link); /* one that is still closing */
    link_finish(link);
    link->text_bytes = 0;
    link->dial_failed = false;
    link->in_dial = true;
    link->state = LINK_DIALLING;
    struct lws *wsi = lws_client_connect_via_info(&info);
    link->in_dial = false;
    if (!wsi || link->dial_failed) {
        link_finish(link);
        return -EIO;
    }
    link->wsi = wsi;
    return 0;
}

void link_break(struct link *link)
{
    if (link->wsi)
        lws_set_timeout(link->wsi, PENDING_TIMEOUT_USER_REASON_BASE, LWS_TO_KILL_ASYNC);
}

void link_hangup(struct link *link)
{
    if (link->state == LINK_UP) {
        link->state = LINK_CLOSING;
        lws_callback_on_writable(link->wsi);
    } else if (link->state == LINK_DIALLING) {
        link_break(link);
        link_finish(link);
    }
}

bool link_ready(struct link *link)
{
    if (link->state != LINK_UP)
        return false;
    if (!link->has_message && !lws_send_pipe_choked(link->wsi))
        return true;
    lws_callback_on_writable(link->wsi);
    return false;
}

void link_send(struct link *link, const struct link_message *message)
{
    link->message = *message;
    link->has_message = true;
    link->sent_bytes = 0;
    lws_callback_on_writable(link->wsi);
}

/* Bytes [from, from + len) of the message. */
static void copy_out(const struct link_message *message, size_t from, size_t len_bytes,
                     uint8_t *out)
{
    if (from < message->head_bytes) {
        size_t n = message->head_bytes - from;
        n = n < len_bytes ? n : len_bytes;
        memcpy(out, message->head + from, n);
        out += n;
        from += n;
        len_bytes -= n;
    }
    memcpy(out, message->body->data + (from - message->head_bytes), len_bytes);
}

/* Writes the message, or its next fragment. */
static int write_message(struct link *link)
{
    const struct link_message *message = &link->message;
    size_t left = message->head_bytes + message->body->len_bytes - link->sent_bytes;
    size_t now = link->params.fragment_bytes && left > link->params.fragment_bytes
                     ? link->params.fragment_bytes
                     : left;
    uint8_t *scratch = client_scratch(link->params.client, LWS_PRE + now);
    if (!scratch)
        return -1;
    copy_out(message, link->sent_bytes, now, scratch + LWS_PRE);
    int how = link->sent_bytes > 0 ? LWS_WRITE_CONTINUATION
              : message->is_text   ? LWS_WRITE_TEXT
                                   : LWS_WRITE_BINARY;
    if (now < left)
        how |= LWS_WRITE_NO_FIN;
    if (lws_write(link->wsi, scratch + LWS_PRE, now, (enum lws_write_protocol)how) < (int)now)
        return -1;
    link->sent_bytes += now;
    if (now == left)
        forget_message(link);
    return 0;
}

static int writeable(struct link *link)
{
    if (link->has_message) {
        if (write_message(link) < 0)
            return -1;
        if (link->has_message || link->state == LINK_CLOSING) {
            lws_callback_on_writable(link->wsi);
            return 0;
        }
    }
    if (link->state == LINK_CLOSING) {
        if (lws_partial_buffered(link->wsi)) {
            lws_callback_on_writable(link->wsi);
            return 0;
        }
        lws_close_reason(link->wsi, LWS_CLOSE_STATUS_NORMAL, NULL, 0);
        return -1;
    }
    report(link, AGENT_READY);
    return 0;
}

static void received(struct link *link, const char *in, size_t len_bytes)
{
    if (lws_frame_is_binary(link->wsi))
        return; /* the protocol has none */
    if (lws_is_first_fragment(link->wsi))
        link->text_bytes = 0;
    if (link->text_bytes + len_bytes <= sizeof(link->text))
        memcpy(link->text + link->text_bytes, in, len_bytes);
    link->text_bytes += len_bytes;
    if (!lws_is_final_fragment(link->wsi))
        return;
    /* One byte over the limit tells the agent that it was too long. */
    size_t text_bytes =
        link->text_bytes < sizeof(link->text) ? link->text_bytes : sizeof(link->text);
    if (link->state == LINK_UP)
        link->params.report(
            link->params.ctx,
            &(struct agent_event){.kind = AGENT_TEXT, .text = link->text, .len_bytes = text_bytes});
}

static void established(struct link *link)
{
    int bytes = LINK_SEND_BUFFER_BYTES;
    (void)setsockopt(lws_get_socket_fd(link->wsi), SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
    link->state = LINK_UP;
    report(link, AGENT_UP);
}

/* Appends the token to the handshake's header, which ends at *end. */
static int show_token(struct link *link, struct lws *wsi, unsigned char **end, size_t room)
{
    char value[sizeof(WIRE_TOKEN_SCHEME) + WIRE_TOKEN_MAX_CHARS];
    if (!link || !link->params.token)
        return 0;
    int len = snprintf(value, sizeof(value), "%s%s", WIRE_TOKEN_SCHEME, link->params.token);
    return lws_add_http_header_by_token(wsi, WSI_TOKEN_HTTP_AUTHORIZATION,
                                        (const unsigned char *)value, len, end, *end + room);
}

int link_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                  size_t len)
{
    struct link *link = user;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return show_token(link, wsi, in, len);
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
    case LWS_CALLBACK_CLIENT_WRITEABLE:
    case LWS_CALLBACK_CLIENT_RECEIVE:
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLIENT_CLOSED:
        break;
    default:
        return 0;
    }
    if (!link || client_is_ending(link->params.client))
        return 0;
    if (wsi != link->wsi)
        return link->in_dial ? (ended(link), 0) : -1;
    switch (reason) {
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        established(link);
        return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return writeable(link);
    case LWS_CALLBACK_CLIENT_RECEIVE:
        received(link, in, len);
        return 0;
    default:
        ended(link);
        return 0;
    }
}
