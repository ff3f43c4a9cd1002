/* What a phone or computer needs to trust this server's certificate: the authority as a file, and
 * as a profile for Apple's devices (Configuration Profile Reference, com.apple.security.root). */
#include <string.h>

#include "api/reply.h"
#include "base/text.h"

static void reply_none(struct http_request *request)
{
    static const struct problem NONE = {
        PROBLEM_NOT_FOUND, "",
        "this server has no certificate authority: it uses the owner's certificate, or no https"};
    reply_problem(request, &NONE);
}

static void reply_file(struct http_request *request, const char *type, const char *disposition,
                       const char *text)
{
    const struct http_field fields[] = {{"content-disposition", disposition},
                                        {"cache-control", "no-cache"}};
    reply(request, &(struct http_response){.status = 200,
                                           .content_type = type,
                                           .fields = fields,
                                           .n_fields = 2,
                                           .body = text,
                                           .len_bytes = strlen(text)});
}

void trust_ca_get(const struct call *call, struct http_request *request)
{
    const char *pem = call->api->ca_pem;
    if (!pem)
        reply_none(request);
    else
        reply_file(request, "application/x-x509-ca-cert", "attachment; filename=\"eyelid-ca.crt\"",
                   pem);
}

/* The lines between PEM's markers are the base64 for the profile. */
static void add_base64(struct text *text, const char *pem)
{
    const char *line = strchr(pem, '\n');
    while (line && line[1] && line[1] != '-') {
        size_t len = strcspn(line + 1, "\n");
        text_add(text, "%.*s\n", (int)len, line + 1);
        line = strchr(line + 1, '\n');
    }
}

void trust_profile_get(const struct call *call, struct http_request *request)
{
    const char *pem = call->api->ca_pem;
    if (!pem) {
        reply_none(request);
        return;
    }
    struct text text = text_growing(16 * 1024);
    text_add(&text,
             "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
             "<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" "
             "\"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n"
             "<plist version=\"1.0\"><dict>\n"
             "<key>PayloadType</key><string>Configuration</string>\n"
             "<key>PayloadVersion</key><integer>1</integer>\n"
             "<key>PayloadIdentifier</key><string>org.eyelid.trust</string>\n"
             "<key>PayloadUUID</key><string>6d1c3a5e-7f0b-4c57-9d0e-2b1f6a4d9c31</string>\n"
             "<key>PayloadDisplayName</key><string>eyelid camera server</string>\n"
             "<key>PayloadDescription</key><string>Trusts this camera server. It can vouch for "
             "private names and addresses only.</string>\n"
             "<key>PayloadContent</key><array><dict>\n"
             "<key>PayloadType</key><string>com.apple.security.root</string>\n"
             "<key>PayloadVersion</key><integer>1</integer>\n"
             "<key>PayloadIdentifier</key><string>org.eyelid.trust.ca</string>\n"
             "<key>PayloadUUID</key><string>0b8f2f64-52a1-4f0c-8a55-6f6a1f0c7e02</string>\n"
             "<key>PayloadDisplayName</key><string>eyelid authority</string>\n"
             "<key>PayloadCertificateFileName</key><string>eyelid-ca.crt</string>\n"
             "<key>PayloadContent</key><data>\n");
    add_base64(&text, pem);
    text_add(&text, "</data>\n</dict></array>\n</dict></plist>\n");
    reply_file(request, "application/x-apple-aspen-config",
               "attachment; filename=\"eyelid.mobileconfig\"", text.bytes);
    text_finish(&text);
}
