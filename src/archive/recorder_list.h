/* The archive's list of recorders, so that it ends after them. Loop only; for this room. */
#pragma once
#include "base/list.h"

struct archive;

struct list *recorder_list(struct archive *archive); /* of struct recorder.node */
void recorder_stop_all(struct list *recorders);
