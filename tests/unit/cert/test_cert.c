#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/x509v3.h>

#include "cert/cert_parts.h"

enum { NOW_S = 1800000000, DAY_S = 24 * 3600 };

static char dir[64];
static struct cert_paths paths;

static int begin(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/eyelid-cert-XXXXXX");
    return mkdtemp(dir) && cert_paths_of(dir, &paths) == 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    const char *const all[] = {paths.ca, paths.ca_key, paths.server, paths.server_key};
    for (size_t i = 0; i < 4; i++)
        unlink(all[i]);
    return rmdir(dir);
}

static bool ensure(const char *const *list, int64_t now_s)
{
    struct cert_names names = {0};
    bool renewed = false;
    for (; *list; list++)
        assert_true(cert_names_add(&names, *list));
    assert_int_equal(cert_ensure(dir, &names, now_s, &renewed), 0);
    return renewed;
}

static X509 *read_cert(const char *path)
{
    X509 *cert = NULL;
    assert_int_equal(cert_read(path, &cert), 0);
    return cert;
}

/* As a browser judges that trusts the authority. */
static int verify(X509 *ca, X509 *server, const char *host, const char *address)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *ctx = X509_STORE_CTX_new();
    X509_VERIFY_PARAM *param;
    assert_true(X509_STORE_add_cert(store, ca));
    assert_true(X509_STORE_CTX_init(ctx, store, server, NULL));
    param = X509_STORE_CTX_get0_param(ctx);
    X509_VERIFY_PARAM_set_time(param, NOW_S);
    X509_VERIFY_PARAM_set_purpose(param, X509_PURPOSE_SSL_SERVER);
    if (host)
        X509_VERIFY_PARAM_set1_host(param, host, 0);
    if (address)
        X509_VERIFY_PARAM_set1_ip_asc(param, address);
    int error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
    X509_STORE_CTX_free(ctx);
    X509_STORE_free(store);
    return error;
}

static void test_first_start(void **state)
{
    (void)state;
    const char *const NAMES[] = {"localhost", "eyes.local", "192.168.1.10", "fd00::7", NULL};
    assert_true(ensure(NAMES, NOW_S));
    X509 *ca = read_cert(paths.ca), *server = read_cert(paths.server);
    assert_int_equal(verify(ca, server, "eyes.local", NULL), X509_V_OK);
    assert_int_equal(verify(ca, server, "localhost", NULL), X509_V_OK);
    assert_int_equal(verify(ca, server, NULL, "192.168.1.10"), X509_V_OK);
    assert_int_equal(verify(ca, server, NULL, "fd00::7"), X509_V_OK);
    assert_int_equal(verify(ca, server, "other.local", NULL), X509_V_ERR_HOSTNAME_MISMATCH);
    const char *const all[] = {paths.ca, paths.ca_key, paths.server, paths.server_key};
    for (size_t i = 0; i < 4; i++) {
        struct stat stat_of;
        assert_int_equal(stat(all[i], &stat_of), 0);
        assert_int_equal(stat_of.st_mode & 0777, 0600);
    }
    X509_free(ca);
    X509_free(server);
}

/* What the authority would be good for in the wrong hands: nothing outside of private names. */
static void test_constraints_bind(void **state)
{
    (void)state;
    const char *const NAMES[] = {"localhost", NULL};
    ensure(NAMES, NOW_S);
    X509 *ca = read_cert(paths.ca);
    EVP_PKEY *ca_key = NULL, *key = cert_make_key();
    assert_int_equal(cert_read_key(paths.ca_key, &ca_key), 0);
    X509 *forged = X509_new();
    X509_set_version(forged, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(forged), 7);
    time_t now = NOW_S;
    X509_time_adj_ex(X509_getm_notBefore(forged), -1, 0, &now);
    X509_time_adj_ex(X509_getm_notAfter(forged), 1, 0, &now);
    X509_set_pubkey(forged, key);
    X509_set_issuer_name(forged, X509_get_subject_name(ca));
    X509_EXTENSION *names =
        X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "DNS:bank.example.com");
    X509_add_ext(forged, names, -1);
    X509_sign(forged, ca_key, EVP_sha256());
    assert_int_equal(verify(ca, forged, "bank.example.com", NULL), X509_V_ERR_PERMITTED_VIOLATION);
    X509_EXTENSION_free(names);
    X509_free(forged);
    X509_free(ca);
    EVP_PKEY_free(ca_key);
    EVP_PKEY_free(key);
}

static void test_public_names_are_left_out(void **state)
{
    (void)state;
    const char *const NAMES[] = {"eyes.local", "cam.example.com", "8.8.8.8", "2001:db8::1", NULL};
    ensure(NAMES, NOW_S);
    X509 *ca = read_cert(paths.ca), *server = read_cert(paths.server);
    assert_int_equal(verify(ca, server, "eyes.local", NULL), X509_V_OK);
    assert_int_equal(verify(ca, server, "cam.example.com", NULL), X509_V_ERR_HOSTNAME_MISMATCH);
    X509_free(ca);
    X509_free(server);
}

static void test_renewal(void **state)
{
    (void)state;
    const char *const NAMES[] = {"localhost", "10.0.0.1", NULL};
    const char *const MOVED[] = {"localhost", "10.0.0.2", NULL};
    assert_true(ensure(NAMES, NOW_S));
    X509 *ca = read_cert(paths.ca);
    assert_false(ensure(NAMES, NOW_S));
    assert_false(ensure(NAMES, NOW_S + 300 * DAY_S));
    assert_true(ensure(NAMES, NOW_S + 380 * DAY_S));
    assert_true(ensure(MOVED, NOW_S + 380 * DAY_S));
    X509 *same = read_cert(paths.ca);
    assert_int_equal(X509_cmp(ca, same), 0);
    X509_free(ca);
    X509_free(same);
}

static void write_text(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
}

/* A damaged authority needs the owner; a damaged server certificate is made again. */
static void test_damage(void **state)
{
    (void)state;
    const char *const NAMES[] = {"localhost", NULL};
    struct cert_names names = {.count = 1, .names = {"localhost"}};
    bool renewed;
    ensure(NAMES, NOW_S);
    write_text(paths.server, "no certificate");
    assert_true(ensure(NAMES, NOW_S));
    write_text(paths.ca, "no certificate");
    assert_int_equal(cert_ensure(dir, &names, NOW_S, &renewed), -EBADMSG);
    char text[32] = "";
    FILE *file = fopen(paths.ca, "r");
    assert_non_null(fgets(text, sizeof(text), file));
    fclose(file);
    assert_string_equal(text, "no certificate");
}

static void test_names(void **state)
{
    (void)state;
    struct cert_names names = {0};
    char text[CERT_NAME_MAX + 8];
    cert_names_of_machine(&names);
    assert_string_equal(names.names[0], "localhost");
    unsigned before = names.count;
    assert_true(cert_names_add(&names, "LOCALHOST"));
    assert_int_equal(names.count, before);
    memset(text, 'a', sizeof(text));
    text[CERT_NAME_MAX] = '\0';
    assert_false(cert_names_add(&names, text));
    for (unsigned i = before; i < CERT_NAMES_MAX; i++) {
        snprintf(text, sizeof(text), "n%u.local", i);
        assert_true(cert_names_add(&names, text));
    }
    assert_false(cert_names_add(&names, "one-more.local"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_first_start, begin, end),
        cmocka_unit_test_setup_teardown(test_constraints_bind, begin, end),
        cmocka_unit_test_setup_teardown(test_public_names_are_left_out, begin, end),
        cmocka_unit_test_setup_teardown(test_renewal, begin, end),
        cmocka_unit_test_setup_teardown(test_damage, begin, end),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
