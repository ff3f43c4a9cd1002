/* The thread's half: orders in, reports out. */
#include <stdio.h>

#include "base/alloc.h"
#include "source/internal.h"

/* Frames that may wait for the loop. Further ones are dropped, so that a loop that lags does not
 * get more work. */
enum { FRAMES_ON_WAY_MAX = 3 };

/* --- Reports. --- */

static struct source_report *new_report(enum source_report_kind kind)
{
    struct source_report *report = mem_new(struct source_report);
    list_init(&report->node);
    report->kind = kind;
    return report;
}

static void post(struct source *source, struct source_report *report)
{
    inbox_post(&source->reports, &report->node);
}

void source_report_free(struct source *source, struct source_report *report)
{
    if (report->kind == REPORT_FRAME) {
        lock_take(&source->lock);
        source->frames_on_way--;
        lock_drop(&source->lock);
    }
    buf_unref(&report->frame.takes_buf);
    packet_unref(&report->packet);
    mem_free(report->values);
    if (report->controls)
        controls_finish(report->controls);
    mem_free(report->controls);
    mem_free(report);
}

bool source_has_room(struct source *source)
{
    lock_take(&source->lock);
    const bool has_room = source->frames_on_way < FRAMES_ON_WAY_MAX;
    lock_drop(&source->lock);
    return has_room;
}

void source_post_drop(struct source *source, unsigned drop, size_t len_bytes)
{
    struct source_drops *drops = &source->drops;
    lock_take(&source->lock);
    drops->of[drop].frames++;
    drops->of[drop].len_bytes += len_bytes;
    drops->last = drop;
    const bool is_told = source->has_told_drops;
    source->has_told_drops = true;
    lock_drop(&source->lock);
    if (!is_told)
        post(source, new_report(REPORT_DROPS));
}

void source_post_frame(struct source *source, const struct camera_frame *frame)
{
    lock_take(&source->lock);
    const bool has_room = source->frames_on_way < FRAMES_ON_WAY_MAX;
    source->frames_on_way += has_room;
    lock_drop(&source->lock);
    if (!has_room) {
        struct buf *buf = frame->takes_buf;
        source_post_drop(source, CAMERA_DROP_UNWANTED, camera_frame_bytes(frame));
        buf_unref(&buf);
        return;
    }
    struct source_report *report = new_report(REPORT_FRAME);
    report->frame = *frame;
    if (frame->raw) {
        report->raw = *frame->raw;
        report->frame.raw = &report->raw;
    }
    post(source, report);
}

void source_post_still(struct source *source, uint32_t request, int error,
                       struct packet *takes_packet)
{
    struct source_report *report = new_report(REPORT_STILL);
    report->request = request;
    report->error = error;
    report->packet = takes_packet;
    post(source, report);
}

void source_post_poster(struct source *source, struct packet *takes_packet)
{
    struct source_report *report = new_report(REPORT_POSTER);
    report->packet = takes_packet;
    post(source, report);
}

void source_post_values(struct source *source, const struct control_values *values)
{
    struct source_report *report = new_report(REPORT_VALUES);
    report->values = mem_new(struct control_values);
    *report->values = *values;
    post(source, report);
}

void source_post_refusal(struct source *source, unsigned control, const char *why)
{
    struct source_report *report = new_report(REPORT_REFUSAL);
    report->control = control;
    snprintf(report->sentence, sizeof(report->sentence), "%s", why);
    post(source, report);
}

void source_post_learned(struct source *source, const char *model, const struct controls *controls)
{
    struct source_report *report = new_report(REPORT_LEARNED);
    report->controls = mem_new(struct controls);
    controls_copy(report->controls, controls);
    snprintf(report->sentence, sizeof(report->sentence), "%s", model);
    post(source, report);
}

static void post_sentence(struct source *source, enum source_report_kind kind, const char *sentence)
{
    struct source_report *report = new_report(kind);
    snprintf(report->sentence, sizeof(report->sentence), "%s", sentence);
    post(source, report);
}

void source_post_trouble(struct source *source, const char *sentence)
{
    post_sentence(source, REPORT_TROUBLE, sentence);
}

void source_post_flush(struct source *source)
{
    post(source, new_report(REPORT_FLUSH));
}

/* --- Orders. --- */

void source_poke(void *ctx)
{
    const struct source *source = ctx;
    poke_send(&source->poke);
}

bool source_is_ending(struct source *source)
{
    lock_take(&source->lock);
    const bool is_ending = source->is_ending;
    lock_drop(&source->lock);
    return is_ending;
}

short source_wait_for(struct source *source, const struct source_wait *wait)
{
    return poke_wait(&source->poke, wait->fd, wait->events, wait->until_us);
}

/* True: there are new orders. Also takes the one-time parts, which are then cleared. */
static bool take_orders(struct source *source, unsigned *seen, struct source_orders *ret_orders)
{
    lock_take(&source->lock);
    const bool is_new = source->version != *seen;
    if (is_new) {
        *seen = source->version;
        *ret_orders = source->orders;
        source->orders.still = 0;
        source->orders.fresh = 0;
    }
    lock_drop(&source->lock);
    return is_new;
}

/* --- The thread. --- */

/* False: the device is gone. */
static bool fail(struct source *source, int error)
{
    const struct source_driver *driver = source->params.driver;
    char sentence[SOURCE_SENTENCE_MAX] = "";
    const bool is_there = driver->explain(source->params.device, error, sentence);
    driver->close(source->params.device, error);
    if (is_there)
        post_sentence(source, REPORT_FAILED, sentence);
    return is_there;
}

static int wait_for_more(struct source *source)
{
    const struct source_driver *driver = source->params.driver;
    const struct source_wait wait = driver->waits(source->params.device);
    const short revents = source_wait_for(source, &wait);
    const bool is_late =
        wait.until_us != CLOCK_NEVER_US && clock_now_us(&clock_system) >= wait.until_us;
    return revents || is_late ? driver->ready(source->params.device, revents) : 0;
}

void *source_thread_run(void *ctx)
{
    struct source *source = ctx;
    const struct source_driver *driver = source->params.driver;
    struct source_orders orders = {0};
    unsigned seen = 0, failed_round = 0;
    bool is_there = true;
    while (is_there && !source_is_ending(source)) {
        int r;
        if (take_orders(source, &seen, &orders)) {
            /* After a failure it stays stopped until the demand starts it again. */
            orders.runs = orders.runs && orders.round != failed_round;
            r = driver->obey(source->params.device, &orders);
        } else {
            r = wait_for_more(source);
        }
        if (r < 0) {
            failed_round = orders.round;
            is_there = fail(source, r);
        }
    }
    driver->close(source->params.device, 0);
    if (!is_there)
        post(source, new_report(REPORT_GONE));
    post(source, new_report(REPORT_ENDED));
    return NULL;
}
