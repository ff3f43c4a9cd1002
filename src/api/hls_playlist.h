/* The media playlist of an HLS track. Pure. Only for src/api. */
#pragma once
#include "api/hls_track.h"
#include "base/text.h"

enum { HLS_PLAYLIST_MAX_BYTES = 32768, HLS_TARGET_DURATION_S = 3 };

/* Adds the playlist; session is part of its addresses (hls_path.h). token: a checked one, which
 * every address then carries, or "". The track has a whole segment. */
void hls_playlist_write(const struct hls_track *track, const char *session, const char *token,
                        struct text *text);
