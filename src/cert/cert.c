#include "cert/cert.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cert/cert_parts.h"

bool cert_names_add(struct cert_names *names, const char *name)
{
    for (unsigned i = 0; i < names->count; i++)
        if (strcasecmp(names->names[i], name) == 0)
            return true;
    if (names->count == CERT_NAMES_MAX || !*name || strlen(name) >= CERT_NAME_MAX)
        return false;
    strcpy(names->names[names->count++], name);
    return true;
}

static void add_addresses(struct cert_names *names)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) < 0)
        return;
    for (const struct ifaddrs *at = all; at; at = at->ifa_next) {
        char text[INET6_ADDRSTRLEN];
        const struct sockaddr *address = at->ifa_addr;
        if (!address || !(at->ifa_flags & IFF_UP))
            continue;
        if (address->sa_family == AF_INET)
            inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)address)->sin_addr, text,
                      sizeof(text));
        else if (address->sa_family == AF_INET6)
            inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
                      text, sizeof(text));
        else
            continue;
        (void)cert_names_add(names, text);
    }
    freeifaddrs(all);
}

/* "" if the machine has none that is valid in a certificate. */
static void host_name(char name[65])
{
    if (gethostname(name, 64) < 0 ||
        strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") !=
            strlen(name))
        name[0] = '\0';
    name[64] = '\0';
}

void cert_names_of_machine(struct cert_names *names)
{
    char host[65], local[72];
    (void)cert_names_add(names, "localhost");
    host_name(host);
    if (host[0] && cert_names_add(names, host) && !strchr(host, '.')) {
        snprintf(local, sizeof(local), "%s.local", host);
        (void)cert_names_add(names, local);
    }
    add_addresses(names);
}

int cert_paths_of(const char *dir, struct cert_paths *ret_paths)
{
    const struct {
        char *path;
        const char *name;
    } files[] = {{ret_paths->ca, "ca.crt"},
                 {ret_paths->ca_key, "ca.key"},
                 {ret_paths->server, "server.crt"},
                 {ret_paths->server_key, "server.key"}};
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (snprintf(files[i].path, CERT_PATH_MAX, "%s/%s", dir, files[i].name) >= CERT_PATH_MAX)
            return -ENAMETOOLONG;
    return 0;
}

struct set {
    X509 *ca, *server;
    EVP_PKEY *ca_key, *server_key;
};

/* Reads the key at path, or makes a new one and writes it there. */
static int ensure_key(const char *path, EVP_PKEY **ret_key)
{
    int r = cert_read_key(path, ret_key);
    if (r != -ENOENT)
        return r;
    *ret_key = cert_make_key();
    return *ret_key ? cert_write_key(path, *ret_key) : -EIO;
}

/* The key is written first: an authority without its key would be useless. */
static int ensure_ca(const struct cert_paths *paths, int64_t now_s, struct set *set)
{
    char host[65];
    int r = ensure_key(paths->ca_key, &set->ca_key);
    if (r < 0)
        return r;
    r = cert_read(paths->ca, &set->ca);
    if (r == 0 && X509_check_private_key(set->ca, set->ca_key) != 1)
        return -EBADMSG;
    if (r != -ENOENT)
        return r;
    host_name(host);
    set->ca = cert_make_ca(set->ca_key, host, now_s);
    return set->ca ? cert_write(paths->ca, set->ca) : -EIO;
}

static int ensure_server(const struct cert_paths *paths, const struct cert_names *names,
                         int64_t now_s, struct set *set, bool *ret_renewed)
{
    int r = ensure_key(paths->server_key, &set->server_key);
    if (r < 0)
        return r;
    r = cert_read(paths->server, &set->server);
    if (r < 0 && r != -ENOENT && r != -EBADMSG) /* replace a damaged one */
        return r;
    if (r == 0 && X509_check_private_key(set->server, set->server_key) == 1 &&
        cert_is_current(set->server, set->ca, names, now_s)) {
        *ret_renewed = false;
        return 0;
    }
    X509_free(set->server);
    set->server = cert_make_server(set->server_key, set->ca, set->ca_key, names, now_s);
    *ret_renewed = true;
    return set->server ? cert_write(paths->server, set->server) : -EIO;
}

int cert_ensure(const char *dir, const struct cert_names *names, int64_t now_s, bool *ret_renewed)
{
    struct cert_paths paths;
    struct set set = {0};
    int r = cert_paths_of(dir, &paths);
    if (r == 0 && mkdir(dir, 0700) < 0 && errno != EEXIST)
        r = -errno;
    if (r == 0)
        r = ensure_ca(&paths, now_s, &set);
    if (r == 0)
        r = ensure_server(&paths, names, now_s, &set, ret_renewed);
    X509_free(set.ca);
    X509_free(set.server);
    EVP_PKEY_free(set.ca_key);
    EVP_PKEY_free(set.server_key);
    return r;
}
