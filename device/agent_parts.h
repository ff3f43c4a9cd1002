/* Shared by the agent's files; nothing else includes it. */
#pragma once
#include "device/agent.h"

/* Messages waiting for the socket. They are composed when they are sent, from the state at that
 * time, so none is ever stale and no queue grows. */
enum due {
    DUE_HELLO = 1 << 0, /* always first */
    DUE_TIME = 1 << 1,
    DUE_VALUES = 1 << 2,
    DUE_STATE = 1 << 3,
};

/* agent_say.c: each writes one message into agent->out and returns its length. */
size_t agent_say_hello(struct agent *agent);
size_t agent_say_time(struct agent *agent, int64_t now_us);
size_t agent_say_values(struct agent *agent);
size_t agent_say_state(struct agent *agent);
size_t agent_say_captured(struct agent *agent);

/* agent_hear.c: obeys one message from the server, or counts it as ignored. */
void agent_hear(struct agent *agent, const char *text, size_t len_bytes, int64_t now_us);

/* agent.c: what messages can trigger. */
void agent_stream_start(struct agent *agent, const struct agent_stream *stream, int64_t now_us);
void agent_stream_stop(struct agent *agent, int64_t now_us);
