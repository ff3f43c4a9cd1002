/* A session: one opened camera that obeys the server until the socket closes. It stays configured
 * while stopped, so that a start costs tens of milliseconds and exposure converges once. One
 * thread. */
#pragma once

/* Serves the camera of this id on the socket. Returns 0 if the server hung up, else 1. */
int session_run(const char *camera_id, int socket);
