#include "net/http_head.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

size_t http_head_length(const char *bytes, size_t len_bytes, size_t *scanned)
{
    /* The blank line may begin up to three bytes before the new ones. */
    size_t at = *scanned > 3 ? *scanned - 3 : 0;
    *scanned = len_bytes;
    const char *end = len_bytes > at ? memmem(bytes + at, len_bytes - at, "\r\n\r\n", 4) : NULL;
    return end ? (size_t)(end - bytes) + 4 : 0;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

long http_decode(const char *in, size_t len_bytes, bool plus_is_space, char *out, size_t cap)
{
    size_t n = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        int c = (unsigned char)in[i];
        if (c == '%') {
            if (len_bytes - i < 3 || hex(in[i + 1]) < 0 || hex(in[i + 2]) < 0)
                return -1;
            c = hex(in[i + 1]) * 16 + hex(in[i + 2]);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c == '\0' || n + 1 >= cap)
            return -1;
        out[n++] = (char)c;
    }
    out[n] = '\0';
    return (long)n;
}

/* RFC 9110 section 5.6.2. */
static bool is_token_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           (c && strchr("!#$%&'*+-.^_`|~", c));
}

static size_t token_length(const char *s)
{
    size_t n = 0;
    while (is_token_char(s[n]))
        n++;
    return n;
}

static bool list_has(const char *list, const char *token,
                     int (*compare)(const char *, const char *, size_t))
{
    size_t len = strlen(token);
    while (*list) {
        list += strspn(list, " \t,");
        size_t n = strcspn(list, ",");
        size_t trimmed = n;
        while (trimmed && (list[trimmed - 1] == ' ' || list[trimmed - 1] == '\t'))
            trimmed--;
        if (trimmed == len && compare(list, token, len) == 0)
            return true;
        list += n;
    }
    return false;
}

bool http_list_has(const char *list, const char *token)
{
    return list_has(list, token, strncasecmp);
}

bool http_list_has_exactly(const char *list, const char *token)
{
    return list_has(list, token, strncmp);
}

/* Decodes in place, and refuses what could leave a folder or hide something. */
static int check_path(char *path)
{
    size_t len = strlen(path);
    long decoded = http_decode(path, len, false, path, len + 1);
    if (decoded < 0)
        return 400;
    for (const char *c = path; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f || *c == '\\')
            return 400;
    for (const char *segment = path; segment; segment = strchr(segment + 1, '/'))
        if (strcmp(segment, "/..") == 0 || strncmp(segment, "/../", 4) == 0)
            return 400;
    return 0;
}

/* target: origin-form, or absolute-form, whose authority replaces Host (RFC 9112 section 3.2).
 */
static int parse_target(char *target, struct http_head *head)
{
    for (const char *c = target; *c; c++)
        if ((unsigned char)*c <= 0x20 || (unsigned char)*c >= 0x7f)
            return 400;
    if (*target != '/') {
        size_t scheme = strncasecmp(target, "http://", 7) == 0    ? 7
                        : strncasecmp(target, "https://", 8) == 0 ? 8
                                                                  : 0;
        char *slash = scheme ? strchr(target + scheme, '/') : NULL;
        if (!slash || slash == target + scheme)
            return 400;
        /* Moved left by one: room for the authority's NUL before the path's slash. */
        size_t len = (size_t)(slash - target) - scheme;
        memmove(target + scheme - 1, target + scheme, len);
        target[scheme - 1 + len] = '\0';
        head->fields[HEAD_HOST] = target + scheme - 1;
        target = slash;
    }
    char *query = strchr(target, '?');
    if (query)
        *query++ = '\0';
    head->path = target;
    head->query = query ? query : "";
    return check_path(target);
}

static int parse_request_line(char *line, struct http_head *head)
{
    size_t method = token_length(line);
    if (method == 0 || line[method] != ' ')
        return 400;
    line[method] = '\0';
    head->method = line;
    char *target = line + method + 1;
    char *space = strchr(target, ' ');
    if (!space)
        return 400;
    *space = '\0';
    const char *version = space + 1;
    head->http_1_0 = strcmp(version, "HTTP/1.0") == 0;
    if (!head->http_1_0 && strcmp(version, "HTTP/1.1") != 0) {
        bool other = strlen(version) == 8 && strncmp(version, "HTTP/", 5) == 0 &&
                     isdigit((unsigned char)version[5]) && version[6] == '.';
        return other ? 505 : 400;
    }
    return parse_target(target, head);
}

static int parse_length(const char *value, struct http_head *head, bool *has_length)
{
    uint64_t length = 0;
    size_t digits = strspn(value, "0123456789");
    if (*has_length || digits == 0 || digits > 18 || value[digits])
        return 400;
    for (size_t i = 0; i < digits; i++)
        length = length * 10 + (uint64_t)(value[i] - '0');
    head->content_length = length;
    *has_length = true;
    return 0;
}

static const struct {
    const char *name;
    enum head_field field;
    bool is_list; /* may be repeated; the first one counts */
} FIELDS[] = {
    {"host", HEAD_HOST, false},
    {"origin", HEAD_ORIGIN, false},
    {"sec-fetch-site", HEAD_FETCH_SITE, true},
    {"referer", HEAD_REFERER, false},
    {"authorization", HEAD_AUTHORIZATION, false},
    {"cookie", HEAD_COOKIE, true},
    {"user-agent", HEAD_USER_AGENT, true},
    {"content-type", HEAD_CONTENT_TYPE, false},
    {"if-none-match", HEAD_IF_NONE_MATCH, true},
    {"if-modified-since", HEAD_IF_MODIFIED_SINCE, false},
    {"if-range", HEAD_IF_RANGE, false},
    {"accept", HEAD_ACCEPT, true},
    {"accept-encoding", HEAD_ACCEPT_ENCODING, true},
    {"range", HEAD_RANGE, false},
    {"forwarded", HEAD_FORWARDED_ELEMENTS, true},
    {"x-forwarded-for", HEAD_FORWARDED_FOR, true},
    {"x-forwarded-host", HEAD_FORWARDED, true},
    {"x-forwarded-proto", HEAD_FORWARDED_PROTO, true},
    {"x-eyelid-proxy-secret", HEAD_PROXY_SECRET, false},
    {"remote-user", HEAD_REMOTE_USER, false},
    {"x-forwarded-user", HEAD_FORWARDED_USER, false},
    {"x-authentik-username", HEAD_AUTHENTIK_USER, false},
    {"x-remote-user-name", HEAD_HASS_USER, false},
    {"tailscale-user-login", HEAD_TAILSCALE_USER, false},
    {"x-forwarded-server", HEAD_FORWARDED, true},
    {"cf-connecting-ip", HEAD_FORWARDED, true},
    {"x-real-ip", HEAD_FORWARDED, true},
    {"via", HEAD_FORWARDED, true},
    {"sec-websocket-protocol", HEAD_WS_PROTOCOL, true},
    {"sec-websocket-key", HEAD_WS_KEY, false},
    {"sec-websocket-version", HEAD_WS_VERSION, false},
};

static int take_field(const char *name, const char *value, struct http_head *head,
                      bool host_is_target, bool *has_length)
{
    for (size_t i = 0; i < sizeof(FIELDS) / sizeof(*FIELDS); i++) {
        if (strcasecmp(name, FIELDS[i].name) != 0)
            continue;
        const char **field = &head->fields[FIELDS[i].field];
        if (FIELDS[i].field == HEAD_FORWARDED_ELEMENTS)
            head->fields[HEAD_FORWARDED_LAST] = value;
        if (FIELDS[i].field == HEAD_FORWARDED_FOR)
            *field = NULL;
        if (FIELDS[i].field == HEAD_HOST && host_is_target)
            return 0;
        if (*field)
            return FIELDS[i].is_list ? 0 : 400;
        *field = value;
        return 0;
    }
    if (strcasecmp(name, "connection") == 0) {
        head->close |= http_list_has(value, "close");
        head->keep_alive |= http_list_has(value, "keep-alive");
        head->upgrade |= http_list_has(value, "upgrade");
    } else if (strcasecmp(name, "upgrade") == 0) {
        head->to_websocket |= http_list_has(value, "websocket");
    } else if (strcasecmp(name, "content-length") == 0) {
        return parse_length(value, head, has_length);
    } else if (strcasecmp(name, "transfer-encoding") == 0) {
        return 411; /* RFC 9112 section 6.3: a server may ask for a length instead */
    } else if (strcasecmp(name, "expect") == 0) {
        if (strcasecmp(value, "100-continue") != 0)
            return 417;
        head->expects_continue = true;
    }
    return 0;
}

/* Splits "name: value" in place; 0 or a status. */
static int parse_field(char *line, char **ret_value)
{
    size_t name = token_length(line);
    if (name == 0 || line[name] != ':')
        return 400;
    line[name] = '\0';
    char *value = line + name + 1;
    value += strspn(value, " \t");
    size_t len = strlen(value);
    while (len && (value[len - 1] == ' ' || value[len - 1] == '\t'))
        value[--len] = '\0';
    for (const char *c = value; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
            return 400;
    *ret_value = value;
    return 0;
}

int http_head_parse(char *text, size_t len_bytes, struct http_head *ret_head)
{
    struct http_head head = {0};
    if (memchr(text, '\0', len_bytes))
        return 400;
    bool has_length = false, host_is_target = false;
    char *line = text, *end = text + len_bytes - 2; /* where the blank line begins */
    for (int lines = 0; line < end; lines++) {
        char *eol = memmem(line, (size_t)(end + 2 - line), "\r\n", 2);
        *eol = '\0';
        int status;
        if (lines == 0) {
            status = parse_request_line(line, &head);
            host_is_target = head.fields[HEAD_HOST] != NULL;
        } else {
            char *value = NULL;
            status = lines > HEAD_MAX_LINES ? 431 : parse_field(line, &value);
            if (status == 0)
                status = take_field(line, value, &head, host_is_target, &has_length);
        }
        if (status)
            return status;
        line = eol + 2;
    }
    if (!head.method)
        return 400;
    *ret_head = head;
    return 0;
}
