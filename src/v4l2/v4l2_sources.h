/* The local cameras present: a source for each that the registry accepts. Those that it does not
 * accept, because it is full or the id is in use, wait here until another camera is removed. Loop
 * only. */
#pragma once
#include "v4l2/v4l2_source.h"

struct v4l2_sources {
    struct registry *registry;
    struct registry_observer observer;
    struct net_wake *retry; /* a camera was removed */
    struct list list;       /* of struct v4l2_source.node */
    struct list waiting;    /* those without a source, the oldest first */
};

void v4l2_sources_init(struct v4l2_sources *sources, struct registry *registry);

/* Tells every thread to end and waits for none, so that slow drivers end in parallel. */
void v4l2_sources_quit(struct v4l2_sources *sources);

/* Ends all its sources and waits for their threads. Before the registry is destroyed. */
void v4l2_sources_finish(struct v4l2_sources *sources);

/* A node appeared, or disappeared ("/dev/video0"). */
void v4l2_sources_found(struct v4l2_sources *sources, struct v4l2_found *takes_found);
void v4l2_sources_lost(struct v4l2_sources *sources, const char *node);
