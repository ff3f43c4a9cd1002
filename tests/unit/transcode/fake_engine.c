#include "fake_engine.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct engine {
    char size; /* 'L', 'S', or 0 before the first picture */
    struct h264_params params;
    uint8_t unit[64];
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static unsigned tickets = UINT_MAX, entered, created, alive, last_scale;

/* What x264 writes for 320x240 and 640x480. */
static const uint8_t sps_small[] = {0x67, 0x64, 0x00, 0x15, 0xAC, 0xB4, 0x0A, 0x0F, 0xD3,
                                    0x70, 0x10, 0xD0, 0x64, 0x00, 0x00, 0x03, 0x00, 0x04,
                                    0x00, 0x00, 0x03, 0x00, 0xF2, 0x3C, 0x58, 0xBA, 0x80};
static const uint8_t sps_large[] = {0x67, 0x64, 0x00, 0x1F, 0xAC, 0xB4, 0x05, 0x01, 0xED,
                                    0x37, 0x01, 0x0D, 0x06, 0x40, 0x00, 0x00, 0x03, 0x00,
                                    0x40, 0x00, 0x00, 0x0F, 0x23, 0xC6, 0x0C, 0xA8};
static const uint8_t pps[] = {0x68, 0xEF, 0x3C, 0xB0};

static void set_tickets(unsigned count)
{
    pthread_mutex_lock(&mutex);
    tickets = count;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&mutex);
}

void fake_engine_reset(void)
{
    set_tickets(UINT_MAX);
    created = entered = 0;
}

void fake_engine_close_gate(void)
{
    set_tickets(0);
}

void fake_engine_open_gate(void)
{
    set_tickets(UINT_MAX);
}

void fake_engine_let_through(unsigned frames)
{
    set_tickets(frames);
}

void fake_engine_await_entered(unsigned frames)
{
    pthread_mutex_lock(&mutex);
    while (entered < frames)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
}

unsigned fake_engine_created(void)
{
    pthread_mutex_lock(&mutex);
    unsigned n = created;
    pthread_mutex_unlock(&mutex);
    return n;
}

unsigned fake_engine_last_scale(void)
{
    pthread_mutex_lock(&mutex);
    unsigned n = last_scale;
    pthread_mutex_unlock(&mutex);
    return n;
}

unsigned fake_engine_alive(void)
{
    pthread_mutex_lock(&mutex);
    unsigned n = alive;
    pthread_mutex_unlock(&mutex);
    return n;
}

static void pass_gate(void)
{
    pthread_mutex_lock(&mutex);
    entered++;
    pthread_cond_broadcast(&changed);
    while (tickets == 0)
        pthread_cond_wait(&changed, &mutex);
    if (tickets != UINT_MAX)
        tickets--;
    pthread_mutex_unlock(&mutex);
}

static int create(const struct engine_params *params, struct engine **ret_engine)
{
    if (params->encoder && strcmp(params->encoder, "fake") != 0)
        return -ENOENT;
    pthread_mutex_lock(&mutex);
    created++;
    alive++;
    pthread_mutex_unlock(&mutex);
    *ret_engine = calloc(1, sizeof(struct engine));
    return 0;
}

static int encode(struct engine *engine, const struct engine_input *input,
                  struct engine_output *ret_output)
{
    pass_gate();
    if (input->len_bytes >= 3 && memcmp(input->jpeg, "bad", 3) == 0)
        return -EBADMSG;
    if (input->len_bytes >= 3 && memcmp(input->jpeg, "die", 3) == 0)
        return -EIO;
    const char size = input->jpeg[0] == 'L' || input->jpeg[0] == 'H' ? input->jpeg[0] : 'S';
    pthread_mutex_lock(&mutex);
    last_scale = input->scale;
    pthread_mutex_unlock(&mutex);
    const bool restart = engine->size != size;
    if (restart) {
        const uint8_t *sps = size == 'S' ? sps_small : sps_large;
        const size_t len_bytes = size == 'S' ? sizeof(sps_small) : sizeof(sps_large);
        memcpy(engine->params.sps, sps, len_bytes);
        engine->params.sps_len_bytes = (uint16_t)len_bytes;
        memcpy(engine->params.pps, pps, sizeof(pps));
        engine->params.pps_len_bytes = sizeof(pps);
        engine->size = size;
    }
    const bool soft = input->len_bytes >= 4 && memcmp(input->jpeg, "soft", 4) == 0;
    memcpy(engine->unit, input->jpeg, input->len_bytes);
    *ret_output = (struct engine_output){.unit = engine->unit,
                                         .len_bytes = input->len_bytes,
                                         .key = restart || input->want_key,
                                         .new_params = restart,
                                         .params = &engine->params,
                                         .width = size == 'H'   ? 4096 / input->scale
                                                  : size == 'L' ? 640
                                                                : 320,
                                         .height = size == 'H'   ? 2304 / input->scale
                                                   : size == 'L' ? 480
                                                                 : 240,
                                         .encoder = soft ? "software" : "hardware",
                                         .device = "/dev/video11",
                                         .device_error = soft ? -ETIMEDOUT : 0,
                                         .decode_us = size == 'H' ? 29200 : 700,
                                         .encode_us = 800};
    return 0;
}

static void destroy(struct engine *engine)
{
    if (!engine)
        return;
    pthread_mutex_lock(&mutex);
    alive--;
    pthread_mutex_unlock(&mutex);
    free(engine);
}

const struct engine_ops fake_engine = {
    .name = "fake", .create = create, .encode = encode, .destroy = destroy};
