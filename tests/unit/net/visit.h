/* A client that visits a server which is a socket in the test's own hands. */
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "net/client.h"
#include "site.h"

/* One client on its own loop, and its callbacks. */
struct visit {
    struct site site;
    struct net_wake *poke;
    void (*act)(struct visit *visit); /* on the loop, when poked */
    struct client *client;
    struct client_params params;
    struct client_get get;
    struct client_request *request;
    struct url url;
    struct tally heads, bodies, dones, acts;
    unsigned status;
    char type[64], body[4096], sentence[CLIENT_SENTENCE_MAX_BYTES];
    size_t body_bytes;
    int error;
    enum conduct {
        CARRY_ON,
        CANCEL_IN_HEAD,
        CANCEL_IN_BODY,
        DESTROY_IN_BODY,
        AGAIN_IN_DONE
    } planned,
        conduct; /* of the next request, of the one that runs */
    int server;  /* the listening socket */
    uint16_t port;
};

/* For visit_do_now. */
void visit_get_now(struct visit *visit);
void visit_cancel_now(struct visit *visit);
void visit_destroy_now(struct visit *visit);

/* Runs on the loop and returns when it has. */
void visit_do_now(struct visit *visit, void (*act)(struct visit *visit));
void visit_point_to(struct visit *visit, const char *before, const char *host, const char *path);
void visit_get(struct visit *visit);
/* The next connection; its request's head is read into head. */
int visit_accept_request(struct visit *visit, char *head, size_t cap);
int visit_serve(struct visit *visit);
void visit_expect_done(struct visit *visit, int error, const char *sentence);
/* The sentence has the server's place in it. */
void visit_expect_about(struct visit *visit, int error, const char *before, const char *after);

int visit_setup(void **state);
int visit_teardown(void **state);
