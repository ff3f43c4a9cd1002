/* A session: one opened camera that obeys the server until it is gone. It stays configured while
 * it rests, so that a start costs tens of milliseconds and exposure converges once. One thread. */
#pragma once

/* Serves the camera of this id at the socket. Returns 0 when the server hung up, else 1. */
int session_run(const char *camera_id, int socket);
