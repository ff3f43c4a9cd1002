#include "app/renewal.h"

#include <sys/stat.h>

#include "app/https.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/pool.h"

static const int64_t INTERVAL_US = 3600 * US_PER_S;

struct renewal {
    const struct config *config;
    struct tls *tls;
    struct net *net;
    struct net_timer *timer;
    struct net_wake *wake;
    struct pool *pool;
    struct pool_work work;
    bool is_looking, was_asked;
    bool is_new;                     /* the work's result */
    struct timespec cert_at, key_at; /* when the owner's files were written */
};

static bool has_changed(const char *path, struct timespec *at)
{
    struct stat now;
    if (stat(path, &now) < 0 ||
        (now.st_mtim.tv_sec == at->tv_sec && now.st_mtim.tv_nsec == at->tv_nsec))
        return false;
    *at = now.st_mtim;
    return true;
}

/* On the pool's thread. */
static void run(struct pool_work *work)
{
    struct renewal *renewal = list_entry(work, struct renewal, work);
    const struct config *config = renewal->config;
    if (config->tls_cert) {
        const bool cert = has_changed(config->tls_cert, &renewal->cert_at);
        renewal->is_new = has_changed(config->tls_key, &renewal->key_at) || cert;
    } else if (https_renew(config, &renewal->is_new) < 0) {
        renewal->is_new = false;
    }
}

static void done(struct pool_work *work)
{
    struct renewal *renewal = list_entry(work, struct renewal, work);
    char error[TLS_ERROR_MAX];
    renewal->is_looking = false;
    if (!renewal->is_new && !renewal->was_asked)
        return;
    renewal->was_asked = false;
    if (tls_reload(renewal->tls, error) < 0)
        log_error("app", NULL, "https: %s; the certificate in use stays", error);
    else
        log_info("app", NULL, "https: the certificate was read again, for new connections");
}

static void look(void *ctx)
{
    struct renewal *renewal = ctx;
    net_timer_set(renewal->timer, net_now_us(renewal->net) + INTERVAL_US);
    if (!renewal->is_looking)
        renewal->is_looking = pool_submit(renewal->pool, &renewal->work) == 0;
}

static void reap(void *ctx)
{
    pool_reap(((struct renewal *)ctx)->pool);
}

int renewal_create(struct net *net, const struct config *config, struct tls *tls,
                   struct renewal **ret_renewal)
{
    struct renewal *renewal = mem_new(struct renewal);
    *renewal = (struct renewal){
        .config = config, .tls = tls, .net = net, .work = {.run = run, .done = done}};
    renewal->wake = net_wake_create(net, reap, renewal);
    const int error = pool_create(&(struct pool_params){.name = "renewal",
                                                        .threads = 1,
                                                        .max_queued = 1,
                                                        .waker = net_wake_waker(renewal->wake)},
                                  &renewal->pool);
    if (error) {
        net_wake_destroy(renewal->wake);
        mem_free(renewal);
        return error;
    }
    if (config->tls_cert) {
        (void)has_changed(config->tls_cert, &renewal->cert_at);
        (void)has_changed(config->tls_key, &renewal->key_at);
    }
    renewal->timer = net_timer_create(net, look, renewal);
    net_timer_set(renewal->timer, net_now_us(net) + INTERVAL_US);
    *ret_renewal = renewal;
    return 0;
}

void renewal_destroy(struct renewal *renewal)
{
    if (!renewal)
        return;
    pool_destroy(renewal->pool);
    net_timer_destroy(renewal->timer);
    net_wake_destroy(renewal->wake);
    mem_free(renewal);
}

void renewal_ask(struct renewal *renewal)
{
    renewal->was_asked = true;
    look(renewal);
}
