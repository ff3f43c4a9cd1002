#include <stdlib.h>
#include <sys/statvfs.h>

#include "api/reply.h"
#include "base/log_recent.h"

/* The server's state for people; /metrics has figures over time. Members that the system does not
 * report are left out. */
void system_get(const struct call *call, struct http_request *request)
{
    const struct api *api = call->api;
    double load[3];
    struct statvfs disk;
    json_t *o = json_pack("{s:s,s:I}", "version", api->params.version, "uptime_s",
                          (json_int_t)((api_now_us(api) - api->started_us) / US_PER_S));
    if (getloadavg(load, 3) == 3)
        json_object_set_new(o, "load", json_pack("[f,f,f]", load[0], load[1], load[2]));
    if (api->params.data && statvfs(api->params.data, &disk) == 0)
        json_object_set_new(o, "disk",
                            json_pack("{s:I,s:I}", "free_bytes",
                                      (json_int_t)disk.f_bavail * (json_int_t)disk.f_frsize,
                                      "total_bytes",
                                      (json_int_t)disk.f_blocks * (json_int_t)disk.f_frsize));
    if (api->pages) {
        json_t *addresses = json_array();
        for (const char *const *page = api->pages; *page; page++)
            json_array_append_new(addresses, json_string(*page));
        json_object_set_new(o, "addresses", addresses);
    }
    json_object_set_new(o, "authority", json_boolean(api->ca_pem));
    reply_json(request, 200, o);
}

/* Times are of this server's clock. */
void system_log_get(const struct call *call, struct http_request *request)
{
    struct log_recent_line lines[LOG_RECENT_MAX];
    const size_t n = log_recent(lines);
    json_t *list = json_array();
    (void)call;
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_pack("{s:s, s:s, s:s}", "time", lines[i].when, "level",
                                              lines[i].level == LOG_LEVEL_ERROR ? "error" : "warn",
                                              "text", lines[i].text));
    reply_json(request, 200, json_pack("{s:o}", "lines", list));
}
