#include "app/serve.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/api.h"
#include "app/broker.h"
#include "app/complain.h"
#include "app/declared.h"
#include "app/doors.h"
#include "app/exit_bound.h"
#include "app/helper.h"
#include "app/proxies.h"
#include "app/renewal.h"
#include "app/sandbox.h"
#include "archive/archive.h"
#include "base/alloc.h"
#include "base/log.h"
#include "camera/registry.h"
#include "codec/encoder.h"
#include "codec/engine.h"
#include "codec/jpeg_encode.h"
#include "codec/luma.h"
#include "net/net.h"
#include "net/notify.h"
#include "net/server.h"
#include "net/socket.h"
#include "picam/libcamera.h"
#include "pull/mjpeg.h"
#include "service/accounts.h"
#include "service/archive.h"
#include "service/films.h"
#include "service/motion.h"
#include "service/quota.h"
#include "service/receivers.h"
#include "service/schedules.h"
#include "service/service.h"
#include "service/shares.h"
#include "store/store.h"
#include "transcode/transcoder_makers.h"
#include "ui/assets.h"
#include "v4l2/v4l2_monitor.h"

/* Long enough to close every connection cleanly, short enough to exit within 2 s. */
enum { GRACE_MS = 1200 };
/* Limit for drivers and helpers, counted from the signal; at least END_LEAST_MS after connections
 * were closed. */
enum { END_MS = 1500, END_LEAST_MS = 600 };

struct house {
    const struct config *config;
    struct transcoder_makers_params transcoding; /* the makers borrow it */
    struct transcoder_yard yard;
    struct m2m_device device; /* and this, if there is one */
    struct net *net;
    struct registry *registry;
    struct store *store;
    struct v4l2_monitor *v4l2_monitor;
    struct libcamera *libcamera; /* NULL: no Raspberry Pi cameras here */
    struct service *service;
    struct archive *archive;
    struct net_wake *archive_wake;
    struct api *api;
    struct doors doors;
    struct api_proxies proxies;
    char *proxy_secret; /* or NULL */
    struct broker broker;
    char machine[64], machine_local[72]; /* this machine's name, and its mDNS name */
    const char *hosts[CONFIG_HOSTS_MAX + 3];
    struct net_timer *watchdog; /* NULL: the service manager has no watchdog */
    int64_t stopped_us;         /* when the signal arrived; 0 = not yet */
};

static void load_camera(void *ctx, const struct store_camera *row)
{
    const struct house *house = ctx;
    registry_load_camera(house->registry, row);
}

static void load_setting(void *ctx, const char *camera_id, const char *name, const char *value_json)
{
    const struct house *house = ctx;
    registry_load_setting(house->registry, camera_id, name, value_json);
}

static void load_last(void *ctx, const struct store_last *row)
{
    registry_load_last(((struct house *)ctx)->registry, row);
}

static void load_document(void *ctx, const char *name, const char *json)
{
    struct house *house = ctx;
    if (strcmp(name, "layout") == 0)
        service_load_layout(house->service, json);
    else if (strcmp(name, "motion") == 0)
        service_load_motion(house->service, json);
    else if (strcmp(name, "receivers") == 0)
        service_load_receivers(house->service, json);
    else if (strcmp(name, "recording") == 0)
        service_load_recording(house->service, json);
    else if (strcmp(name, "quotas") == 0)
        service_load_quotas(house->service, json);
}

static void load_user(void *ctx, const struct store_user *row)
{
    service_load_user(((struct house *)ctx)->service, row);
}

static void load_session(void *ctx, const struct store_session *row)
{
    service_load_session(((struct house *)ctx)->service, row);
}

static void load_factor(void *ctx, const struct store_factor *row)
{
    service_load_factor(((struct house *)ctx)->service, row);
}

static void load_share(void *ctx, const struct store_share *row)
{
    service_load_share(((struct house *)ctx)->service, row);
}

static void load_token(void *ctx, const struct store_token *row)
{
    service_load_token(((struct house *)ctx)->service, row);
}

static void load_schedule(void *ctx, const struct store_schedule *row)
{
    service_load_schedule(((struct house *)ctx)->service, row);
}

static void load_film(void *ctx, const struct store_film *row)
{
    service_load_film(((struct house *)ctx)->service, row);
}

static void load_run(void *ctx, const struct store_run *row)
{
    service_load_run(((struct house *)ctx)->service, row);
}

/* Prefers the machine's hardware encoder to software, unless a library was named. */
static void choose_encoder(struct house *house)
{
    struct engine_params *params = &house->transcoding.engine_params;
    const char *name = house->config->encoder;
    const bool wanted = name && strcmp(name, "hardware") == 0;
    params->encoder = wanted ? NULL : name;
    if (params->encoder)
        return;
    int r = encoder_m2m_probe(&house->device);
    if (r == 0) {
        params->device = &house->device;
        log_info("app", NULL, "the hardware encoder %s (%s) encodes pictures of up to %u x %u",
                 house->device.path, house->device.card, house->device.max_width,
                 house->device.max_height);
    } else if (wanted) {
        params->device_error = r;
        log_warn("app", NULL, "%s; software encodes",
                 r == -EACCES ? "no hardware encoder among the /dev/video* that this user may open"
                              : "this machine has no hardware encoder for H.264");
    }
}

static int check_encoder(const struct engine_params *params)
{
    struct engine *engine = NULL;
    int error = engine_local.create(params, &engine);
    if (!error)
        engine_local.destroy(engine);
    else
        complain("the encoder %s is not in this program; write `encoder = auto` in "
                 "eyelid.conf",
                 params->encoder ? params->encoder : "");
    return error;
}

static void on_archive(void *ctx)
{
    struct house *house = ctx;
    archive_deliver(house->archive);
}

/* The server also runs without an archive; the error is logged. */
static int open_archive(struct house *house)
{
    static const int64_t DAY_US = 86400 * US_PER_S;
    static const uint64_t GIB = UINT64_C(1) << 30;
    const struct config *config = house->config;
    house->archive_wake = net_wake_create(house->net, on_archive, house);
    int error = archive_open(
        &(struct archive_params){.data = house->config->data,
                                 .policy = {.max_age_us = config->archive_max_days * DAY_US,
                                            .max_bytes = config->archive_max_gib * GIB,
                                            .min_free_bytes = config->archive_min_free_gib * GIB},
                                 .deliver = net_wake_waker(house->archive_wake),
                                 .news = service_archive_news,
                                 .ctx = house->service},
        &house->archive);
    if (error)
        complain("cannot open the archive: %s", strerror(-error));
    else
        service_use_archive(house->service, house->archive);
    return error;
}

static int open_store(struct house *house)
{
    char *sentence = NULL;
    struct store_loader loader = {.camera = load_camera,
                                  .setting = load_setting,
                                  .last = load_last,
                                  .document = load_document,
                                  .user = load_user,
                                  .session = load_session,
                                  .factor = load_factor,
                                  .token = load_token,
                                  .share = load_share,
                                  .schedule = load_schedule,
                                  .run = load_run,
                                  .film = load_film,
                                  .ctx = house};
    int error = store_open(house->config->data, &loader, &house->store, &sentence);
    if (error) {
        complain("%s", sentence);
        store_error_free(sentence);
        return error;
    }
    registry_use_store(house->registry, house->store);
    service_use_store(house->service, house->store);
    service_keep_motion(house->service, house->config->data);
    mjpeg_attach_all(house->registry);
    return 0;
}

static void on_stop(void *ctx, int signal_number)
{
    struct house *house = ctx;
    log_info("app", NULL, "%s: stopping", strsignal(signal_number));
    notify("STOPPING=1");
    house->stopped_us = clock_now_us(&clock_system);
    net_stop(house->net, GRACE_MS * US_PER_MS);
}

/* SIGUSR1 and the like must not end the server silently. */
static void on_ignored(void *ctx, int signal_number)
{
    (void)ctx;
    log_warn("app", NULL, "%s: ignored; restart eyelid to apply a changed configuration",
             strsignal(signal_number));
}

/* As the hooks of certificate renewers send it. */
static void on_reload(void *ctx, int signal_number)
{
    struct house *house = ctx;
    if (house->doors.renewal)
        renewal_ask(house->doors.renewal);
    else
        on_ignored(ctx, signal_number);
}

static int watch_signals(struct house *house)
{
    static const struct {
        int number;
        void (*handler)(void *ctx, int signal_number);
    } SIGNALS[] = {{SIGTERM, on_stop},  {SIGINT, on_stop},     {SIGQUIT, on_stop},
                   {SIGHUP, on_reload}, {SIGUSR1, on_ignored}, {SIGUSR2, on_ignored}};
    int error = 0;
    for (size_t i = 0; !error && i < sizeof(SIGNALS) / sizeof(SIGNALS[0]); i++)
        error = net_on_signal(house->net, SIGNALS[i].number, SIGNALS[i].handler, house);
    if (error)
        complain("cannot handle signals: %s", strerror(-error));
    return error;
}

static void feed_watchdog(void *ctx)
{
    struct house *house = ctx;
    notify("WATCHDOG=1");
    net_timer_set(house->watchdog, net_now_us(house->net) + notify_watchdog_us() / 2);
}

/* Notifies the service manager, if there is one, that the server is ready, and then regularly that
 * its loop runs. */
static void begin_notifying(struct house *house)
{
    notify("READY=1");
    if (notify_watchdog_us() == 0)
        return;
    house->watchdog = net_timer_create(house->net, feed_watchdog, house);
    feed_watchdog(house);
}

static int build_net(struct house *house)
{
    int error = net_create(&(struct net_params){0}, &house->net);
    if (error)
        complain("cannot start the event loop: %s", strerror(-error));
    return error;
}

/* The server's names: those in the configuration, and the machine's. */
static void collect_hosts(struct house *house)
{
    unsigned n = 0;
    for (; house->config->hosts[n]; n++)
        house->hosts[n] = house->config->hosts[n];
    if (gethostname(house->machine, sizeof(house->machine) - 1) < 0 || !*house->machine)
        return;
    snprintf(house->machine_local, sizeof(house->machine_local), "%s.local", house->machine);
    house->hosts[n++] = house->machine;
    house->hosts[n] = house->machine_local;
}

static enum access_role open_role(const struct config *config)
{
    static const enum access_role ROLES[] = {[CONFIG_OPEN_ROLE_VIEWER] = ACCESS_VIEWER,
                                             [CONFIG_OPEN_ROLE_OPERATOR] = ACCESS_OPERATOR,
                                             [CONFIG_OPEN_ROLE_ADMIN] = ACCESS_ADMIN};
    return ROLES[config->open_role];
}

static void build_cameras(struct house *house)
{
    const struct config *config = house->config;
    struct registry_params params = {
        .env = {.net = house->net,
                .clock = &clock_system,
                .policy = demand_policy_default,
                .makers = transcoder_makers(&house->transcoding),
                .jpeg_limits = {(uint16_t)config->max_width, (uint16_t)config->max_height},
                .skip_dark = config->skip_dark,
                .mean_luma = luma_mean,
                .make_jpeg = jpeg_encode_once,
                .outbound = {.allow = config->pull_allow.list,
                             .n_allow = config->pull_allow.n,
                             .is_own = socket_is_own}},
        .max_cameras = config->max_cameras,
        .max_new_per_minute = config->max_new_cameras_per_minute,
        .adopt_ask = config->adopt == CONFIG_ADOPT_ASK,
    };
    params.env.policy.linger_us = config->linger_s * US_PER_S;
    params.env.policy.start_timeout_us = config->start_timeout_s * US_PER_S;
    house->registry = registry_create(&params);
    house->service = service_create(&(struct service_params){
        .net = house->net,
        .registry = house->registry,
        .clock = &clock_system,
        .access = config->access == CONFIG_ACCESS_OPEN ? SERVICE_OPEN : SERVICE_ACCOUNTS,
        .open_role = open_role(config),
        .admin_adopts = config->adopt == CONFIG_ADOPT_AUTO});
    collect_hosts(house);
    house->api = api_create(&(struct api_params){
        .net = house->net,
        .service = house->service,
        .clock = &clock_system,
        .assets = assets,
        .n_assets = assets_count,
        .version = EYELID_VERSION,
        .data = house->config->data,
        .hosts = house->hosts,
        .proxies = house->proxies,
        .embeds = (const char *const *)config->embed_origins,
    });
}

/* After the store, so that a camera's stored data is loaded before it is found. A failure does not
 * keep other cameras from being served. */
static void find_cameras(struct house *house)
{
    int error =
        house->config->v4l2 ? v4l2_monitor_create(house->registry, &house->v4l2_monitor) : 0;
    if (error)
        log_error("app", NULL, "cannot look for cameras on this machine: %s", strerror(-error));
}

/* The server also runs without them. */
static void open_libcamera(struct house *house)
{
    char helper[PATH_MAX];
    const enum config_libcamera way = house->config->libcamera;
    if (way == CONFIG_LIBCAMERA_OFF)
        return;
    const bool has_helper = way == CONFIG_LIBCAMERA_AUTO && helper_find("eyelid-libcamera", helper);
    int r = libcamera_create(&(struct libcamera_params){.registry = house->registry,
                                                        .helper = has_helper ? helper : NULL,
                                                        .path = getenv("PATH")},
                             &house->libcamera);
    if (r < 0 && (r != -ENOENT || way == CONFIG_LIBCAMERA_RPICAM))
        log_warn("app", NULL, "no Raspberry Pi cameras: %s",
                 r == -ENOENT ? "rpicam-vid and rpicam-still are not installed" : strerror(-r));
}

/* Listens before opening the data: a second server fails because of its port first, without
 * touching the data. Nothing is served before the loop runs. */
static int build(struct house *house)
{
    const struct config *config = house->config;
    choose_encoder(house);
    int error = check_encoder(&house->transcoding.engine_params);
    if (!error)
        error = sandbox_begin(config->sandbox);
    if (!error)
        error = proxies_read(config, &house->proxies, &house->proxy_secret);
    if (!error)
        error = build_net(house);
    if (error)
        return error;
    build_cameras(house);
    error = watch_signals(house);
    if (!error)
        error = doors_open(&house->doors, config, house->net, house->api, house->hosts);
    if (!error)
        error = open_store(house);
    if (!error)
        error = doors_open_with_data(&house->doors);
    if (!error)
        error = open_archive(house);
    if (!error) {
        declared_apply(config, house->registry, house->service);
        find_cameras(house);
        open_libcamera(house);
        error = broker_open(&house->broker, config, house->net, house->service, house->machine);
    }
    return error;
}

static int64_t end_us(const struct house *house)
{
    const int64_t least_us = clock_now_us(&clock_system) + END_LEAST_MS * US_PER_MS;
    const int64_t until_us = house->stopped_us + END_MS * US_PER_MS;
    return until_us > least_us ? until_us : least_us;
}

/* Closes everything that must be kept before waiting for anything that may hang. */
static void take_down(struct house *house, int code)
{
    struct exit_bound bound;
    net_timer_destroy(house->watchdog);
    broker_close(&house->broker);
    doors_stop(&house->doors);
    api_destroy(house->api);
    if (house->registry) {
        registry_store_last(house->registry);
        registry_use_store(house->registry, NULL);
    }
    if (house->service)
        service_stop(house->service);
    store_close(house->store); /* ends every waiting command */
    if (house->service)
        service_use_store(house->service, NULL);
    const bool is_bounded = exit_bound_begin(&bound, end_us(house), code) == 0;
    archive_close(house->archive); /* finishes pending jobs and ends recordings */
    if (house->service)
        service_use_archive(house->service, NULL);
    service_destroy(house->service);
    net_wake_destroy(house->archive_wake);
    libcamera_destroy(house->libcamera); /* first: it ends programs, and is quick */
    v4l2_monitor_destroy(house->v4l2_monitor);
    registry_destroy(house->registry);
    transcoder_yard_finish(&house->yard);
    net_destroy(house->net);
    doors_finish(&house->doors);
    mem_free(house->proxy_secret);
    if (is_bounded)
        exit_bound_end(&bound);
}

/* Logs at every start who may do what. */
static void say_access(struct house *house)
{
    const char *token = service_setup_token(house->service);
    if (token)
        log_warn("app", NULL, "no administrator yet: set one up at %s#setup=%s",
                 house->doors.pages[0], token);
    else if (house->config->access == CONFIG_ACCESS_OPEN)
        log_warn("app", NULL, "access = open: no accounts, everyone who reaches the page is %s",
                 house->config->open_role == CONFIG_OPEN_ROLE_VIEWER     ? "a viewer"
                 : house->config->open_role == CONFIG_OPEN_ROLE_OPERATOR ? "an operator"
                                                                         : "an administrator");
}

int serve(const struct config *config)
{
    struct house house = {
        .config = config,
        .transcoding = {.engine = &engine_local,
                        .engine_params = {.quality = config->quality},
                        .yard = &house.yard},
    };
    transcoder_yard_init(&house.yard);
    log_setup(config->log_level, config->log_json);
    if (config->ignored)
        log_warn("app", NULL, "%s", config->ignored);
    int error = build(&house);
    if (!error) {
        say_access(&house);
        log_info("app", NULL, "eyelid %s is ready; data in %s", EYELID_VERSION, config->data);
        begin_notifying(&house);
        error = net_run(house.net);
    }
    take_down(&house, error ? 1 : 0);
    if (!error)
        log_info("app", NULL, "stopped");
    return error ? 1 : 0;
}
