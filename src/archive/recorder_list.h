/* What recorders know of their archive: where it is, and its list of them, so that it ends after
 * them. Loop only, but for the path; for this room. */
#pragma once
#include "base/list.h"

struct archive;

/* Its path; immutable, any thread. */
const char *archive_folder(const struct archive *archive);
struct list *recorder_list(struct archive *archive); /* of struct recorder.node */
void recorder_stop_all(struct list *recorders);
