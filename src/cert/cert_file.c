/* Certificates and keys as PEM files. */
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cert/cert_parts.h"

static int open_file(const char *path, FILE **ret_file)
{
    *ret_file = fopen(path, "re");
    return *ret_file ? 0 : -errno;
}

int cert_read(const char *path, X509 **ret_cert)
{
    FILE *file;
    int r = open_file(path, &file);
    if (r < 0)
        return r;
    *ret_cert = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    ERR_clear_error();
    return *ret_cert ? 0 : -EBADMSG;
}

int cert_read_key(const char *path, EVP_PKEY **ret_key)
{
    FILE *file;
    int r = open_file(path, &file);
    if (r < 0)
        return r;
    *ret_key = PEM_read_PrivateKey(file, NULL, NULL, (void *)(uintptr_t) "");
    fclose(file);
    ERR_clear_error();
    return *ret_key ? 0 : -EBADMSG;
}

static int sync_folder_of(const char *path)
{
    char folder[CERT_PATH_MAX];
    snprintf(folder, sizeof(folder), "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int r = fsync(fd) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/* Writes a temporary file and renames it: a crash leaves the old file or the new one. */
static int replace(const char *path, bool (*print)(FILE *file, void *what), void *what)
{
    char beside[CERT_PATH_MAX + 8];
    snprintf(beside, sizeof(beside), "%s.new", path);
    if (unlink(beside) < 0 && errno != ENOENT)
        return -errno;
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return -errno;
    FILE *file = fdopen(fd, "w");
    if (!file) {
        close(fd);
        return -ENOMEM;
    }
    int r = print(file, what) && fflush(file) == 0 ? 0 : -EIO;
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    if (fclose(file) != 0 && r == 0)
        r = -errno;
    if (r == 0 && rename(beside, path) < 0)
        r = -errno;
    return r < 0 ? r : sync_folder_of(path);
}

static bool print_cert(FILE *file, void *what)
{
    return PEM_write_X509(file, what) == 1;
}

static bool print_key(FILE *file, void *what)
{
    return PEM_write_PKCS8PrivateKey(file, what, NULL, NULL, 0, NULL, NULL) == 1;
}

int cert_write(const char *path, X509 *cert)
{
    return replace(path, print_cert, cert);
}

int cert_write_key(const char *path, EVP_PKEY *key)
{
    return replace(path, print_key, key);
}
