/* Certificates in memory. */
#include <arpa/inet.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "cert/cert_parts.h"

static const char *const PERMITTED_DNS[] = {"localhost", "local", "lan", "home.arpa", "internal"};
static const char *const PERMITTED_IP[] = {
    "127.0.0.0/255.0.0.0",
    "10.0.0.0/255.0.0.0",
    "172.16.0.0/255.240.0.0",
    "192.168.0.0/255.255.0.0",
    "169.254.0.0/255.255.0.0",
    "100.64.0.0/255.192.0.0", /* shared address space (RFC 6598), which overlay networks use */
    "::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
    "fc00::/fe00::",
    "fe80::/ffc0::",
};

EVP_PKEY *cert_make_key(void)
{
    return EVP_EC_gen("P-256");
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX ctx;
    X509V3_set_ctx_nodb(&ctx);
    X509V3_set_ctx(&ctx, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
    bool fine = extension && X509_add_ext(cert, extension, -1);
    X509_EXTENSION_free(extension);
    return fine;
}

static bool set_subject(X509 *cert, const char *common_name)
{
    X509_NAME *name = X509_get_subject_name(cert);
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"eyelid", -1,
                                      -1, 0) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)common_name,
                                      -1, -1, 0);
}

/* A random serial number of 127 bits (RFC 5280 section 4.1.2.2). */
static bool set_serial(X509 *cert)
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof(bytes)) != 1)
        return false;
    bytes[0] = (bytes[0] & 0x7f) | 0x40;
    BIGNUM *number = BN_bin2bn(bytes, sizeof(bytes), NULL);
    bool fine = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert));
    BN_free(number);
    return fine;
}

/* Valid from a day earlier, because clocks of devices differ. */
static X509 *begin(EVP_PKEY *key, const char *common_name, int64_t now_s, int days)
{
    time_t now = (time_t)now_s;
    X509 *cert = X509_new();
    if (cert && X509_set_version(cert, X509_VERSION_3) && set_serial(cert) &&
        X509_time_adj_ex(X509_getm_notBefore(cert), -1, 0, &now) &&
        X509_time_adj_ex(X509_getm_notAfter(cert), days, 0, &now) && X509_set_pubkey(cert, key) &&
        set_subject(cert, common_name))
        return cert;
    X509_free(cert);
    return NULL;
}

X509 *cert_make_ca(EVP_PKEY *key, const char *host, int64_t now_s)
{
    char value[2048], name[CERT_NAME_MAX + 64];
    struct text constraints = text_over(value, sizeof(value));
    text_add(&constraints, "critical");
    for (size_t i = 0; i < sizeof(PERMITTED_DNS) / sizeof(PERMITTED_DNS[0]); i++)
        text_add(&constraints, ",permitted;DNS:%s", PERMITTED_DNS[i]);
    if (host && *host)
        text_add(&constraints, ",permitted;DNS:%s", host);
    for (size_t i = 0; i < sizeof(PERMITTED_IP) / sizeof(PERMITTED_IP[0]); i++)
        text_add(&constraints, ",permitted;IP:%s", PERMITTED_IP[i]);
    snprintf(name, sizeof(name), "eyelid at %.40s", host && *host ? host : "this machine");
    X509 *ca = begin(key, name, now_s, CERT_CA_DAYS);
    if (ca && X509_set_issuer_name(ca, X509_get_subject_name(ca)) &&
        add_extension(ca, ca, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
        add_extension(ca, ca, NID_key_usage, "critical,keyCertSign,cRLSign") &&
        add_extension(ca, ca, NID_subject_key_identifier, "hash") &&
        add_extension(ca, ca, NID_name_constraints, value) && X509_sign(ca, key, EVP_sha256()))
        return ca;
    X509_free(ca);
    return NULL;
}

static bool is_address(const char *name)
{
    uint8_t bytes[16];
    return inet_pton(AF_INET, name, bytes) == 1 || inet_pton(AF_INET6, name, bytes) == 1;
}

static GENERAL_NAME *general_name(const char *name)
{
    const bool ip = is_address(name);
    return a2i_GENERAL_NAME(NULL, NULL, NULL, ip ? GEN_IPADD : GEN_DNS, name, 0);
}

/* Checks the name against the authority's constraints, in a certificate with this name only. */
static bool is_permitted(const char *name, NAME_CONSTRAINTS *constraints)
{
    bool fine = false;
    X509 *probe = X509_new();
    GENERAL_NAMES *names = GENERAL_NAMES_new();
    GENERAL_NAME *one = general_name(name);
    if (probe && names && one && sk_GENERAL_NAME_push(names, one)) {
        one = NULL;
        fine = X509_add1_ext_i2d(probe, NID_subject_alt_name, names, 0, 0) == 1;
        /* Caches the extensions, which the check uses. */
        (void)X509_check_purpose(probe, -1, 0);
        fine = fine && NAME_CONSTRAINTS_check(probe, constraints) == X509_V_OK;
    }
    GENERAL_NAME_free(one);
    GENERAL_NAMES_free(names);
    X509_free(probe);
    return fine;
}

/* The certificate's names; the caller frees them. NULL when the library failed. */
static GENERAL_NAMES *permitted_names(X509 *ca, const struct cert_names *names)
{
    NAME_CONSTRAINTS *constraints = X509_get_ext_d2i(ca, NID_name_constraints, NULL, NULL);
    GENERAL_NAMES *permitted = GENERAL_NAMES_new();
    for (unsigned i = 0; permitted && constraints && i < names->count; i++) {
        if (!is_permitted(names->names[i], constraints))
            continue;
        GENERAL_NAME *name = general_name(names->names[i]);
        if (!name || !sk_GENERAL_NAME_push(permitted, name)) {
            GENERAL_NAME_free(name);
            GENERAL_NAMES_free(permitted);
            permitted = NULL;
        }
    }
    if (!constraints) {
        GENERAL_NAMES_free(permitted);
        permitted = NULL;
    }
    NAME_CONSTRAINTS_free(constraints);
    return permitted;
}

X509 *cert_make_server(EVP_PKEY *key, X509 *ca, EVP_PKEY *ca_key, const struct cert_names *names,
                       int64_t now_s)
{
    GENERAL_NAMES *permitted = permitted_names(ca, names);
    X509 *cert = permitted ? begin(key, "camera server", now_s, CERT_SERVER_DAYS) : NULL;
    bool fine = cert && X509_set_issuer_name(cert, X509_get_subject_name(ca)) &&
                add_extension(cert, ca, NID_basic_constraints, "critical,CA:FALSE") &&
                add_extension(cert, ca, NID_key_usage, "critical,digitalSignature") &&
                add_extension(cert, ca, NID_ext_key_usage, "serverAuth") &&
                add_extension(cert, ca, NID_subject_key_identifier, "hash") &&
                add_extension(cert, ca, NID_authority_key_identifier, "keyid") &&
                X509_add1_ext_i2d(cert, NID_subject_alt_name, permitted, 0, 0) == 1 &&
                X509_sign(cert, ca_key, EVP_sha256());
    GENERAL_NAMES_free(permitted);
    if (fine)
        return cert;
    X509_free(cert);
    return NULL;
}

/* Compares their DER encoding, which is the same for the same names in the same order. */
static bool names_equal(GENERAL_NAMES *a, GENERAL_NAMES *b)
{
    unsigned char *a_der = NULL, *b_der = NULL;
    int a_len = i2d_GENERAL_NAMES(a, &a_der), b_len = i2d_GENERAL_NAMES(b, &b_der);
    bool equal = a_len > 0 && a_len == b_len && memcmp(a_der, b_der, (size_t)a_len) == 0;
    OPENSSL_free(a_der);
    OPENSSL_free(b_der);
    return equal;
}

bool cert_is_current(X509 *server, X509 *ca, const struct cert_names *names, int64_t now_s)
{
    time_t limit = (time_t)(now_s + (int64_t)CERT_RENEW_DAYS * 24 * 3600), now = (time_t)now_s;
    if (X509_verify(server, X509_get0_pubkey(ca)) != 1 ||
        X509_cmp_time(X509_get0_notAfter(server), &limit) <= 0 ||
        X509_cmp_time(X509_get0_notBefore(server), &now) > 0)
        return false;
    GENERAL_NAMES *has = X509_get_ext_d2i(server, NID_subject_alt_name, NULL, NULL);
    GENERAL_NAMES *wants = permitted_names(ca, names);
    bool equal = has && wants && names_equal(has, wants);
    GENERAL_NAMES_free(has);
    GENERAL_NAMES_free(wants);
    return equal;
}
