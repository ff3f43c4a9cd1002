#include "stream/packet.h"

#include "base/alloc.h"

struct packet *packet_create(struct buf *takes_buf, struct packet *init)
{
    struct packet *packet = mem_new(struct packet);
    atomic_init(&packet->refs, 1);
    packet->buf = takes_buf;
    packet->init = init ? packet_ref(init) : NULL;
    return packet;
}

struct packet *packet_ref(struct packet *packet)
{
    atomic_fetch_add_explicit(&packet->refs, 1, memory_order_relaxed);
    return packet;
}

void packet_unref(struct packet **packet)
{
    struct packet *p = *packet;
    *packet = NULL;
    if (!p || atomic_fetch_sub_explicit(&p->refs, 1, memory_order_acq_rel) != 1)
        return;
    packet_unref(&p->init);
    buf_unref(&p->buf);
    mem_free(p);
}
