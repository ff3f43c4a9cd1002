/* The local cameras that are there: a source for each that the registry takes. What it does not
 * take, because it is full or an id is taken, waits here until another camera has gone. Loop only.
 */
#pragma once
#include "v4l2/v4l2_source.h"

struct v4l2_sources {
    struct registry *registry;
    struct registry_observer observer;
    struct net_wake *retry; /* a camera was removed */
    struct list list;       /* of struct v4l2_source.node */
    struct list waiting;    /* of what has no source, the oldest first */
};

void v4l2_sources_init(struct v4l2_sources *sources, struct registry *registry);

/* Tells every thread to end and waits for none, so that slow drivers are slow at the same time. */
void v4l2_sources_quit(struct v4l2_sources *sources);

/* Takes every camera of it down and waits for their threads. Before the registry goes. */
void v4l2_sources_finish(struct v4l2_sources *sources);

/* A node is there, or is there no longer ("/dev/video0"). */
void v4l2_sources_found(struct v4l2_sources *sources, struct v4l2_found *takes_found);
void v4l2_sources_lost(struct v4l2_sources *sources, const char *node);
