/* A network camera's source over a client that writes down what it is asked, and answers when it is
 * told to. */
#include "pull/mjpeg.h"

#include <stdio.h>
#include <stdlib.h>

#include "net/client.h"
#include "pull/espcam.h"
#include "rig.h"

/* --- The client. --- */

struct client_request {
    struct list node;
    struct client_get get;
    unsigned number; /* of all that were ever made */
    char url[URL_TEXT_MAX_BYTES], user[URL_SECRET_MAX_BYTES + 1];
};

static struct list requests; /* open ones, in order */
static int clients;          /* that live */
static unsigned last_number;

struct client {
    int any;
};

struct client *client_create(const struct client_params *params)
{
    assert_non_null(params->net);
    clients++;
    return calloc(1, sizeof(struct client));
}

void client_destroy(struct client *client)
{
    if (!client)
        return;
    clients--;
    free(client);
    list_for_each (request, &requests, struct client_request, node) {
        list_remove(&request->node);
        free(request);
    }
}

struct client_request *client_get(struct client *client, const struct client_get *get)
{
    struct client_request *request = calloc(1, sizeof(*request));
    assert_non_null(client);
    request->get = *get;
    request->number = ++last_number;
    url_format(get->url, request->url);
    snprintf(request->user, sizeof(request->user), "%s", get->url->user);
    list_append(&requests, &request->node);
    return request;
}

void client_cancel(struct client_request *request)
{
    if (!request)
        return;
    list_remove(&request->node);
    free(request);
}

/* Asserts that these are what is asked for at the moment: URLs behind http://cam, each with a blank
 * behind it. */
static void expect_asked(const char *expected)
{
    char bytes[1024];
    struct text text = text_over(bytes, sizeof(bytes));
    list_for_each (request, &requests, struct client_request, node)
        text_add(&text, "%s ", request->url + strlen("http://cam"));
    assert_string_equal(bytes, expected);
}

static struct client_request *request_for(const char *url)
{
    list_for_each (request, &requests, struct client_request, node)
        if (strcmp(request->url + strlen("http://cam"), url) == 0)
            return request;
    fail_msg("%s is not asked for", url);
    return NULL;
}

static void say_head(const char *url, unsigned status, const char *type)
{
    struct client_request *request = request_for(url);
    request->get.ops->head(request->get.ctx,
                           &(struct client_head){.status = status, .content_type = type});
}

static void say_body(const char *url, const void *bytes, size_t len_bytes)
{
    struct client_request *request = request_for(url);
    request->get.ops->body(request->get.ctx, bytes, len_bytes);
}

static void say_done(const char *url, int error, const char *sentence)
{
    struct client_request *request = request_for(url);
    struct client_get get = request->get;
    client_cancel(request);
    get.ops->done(get.ctx, error, sentence);
}

static void answer(const char *url, unsigned status, const char *type, const void *bytes,
                   size_t len_bytes)
{
    say_head(url, status, type);
    if (len_bytes)
        say_body(url, bytes, len_bytes);
    say_done(url, 0, "");
}

/* --- Pictures: the file's header with another size, and a scan that is long enough for it. --- */

struct picture {
    uint8_t bytes[128 * 1024];
    size_t len_bytes;
};

static const struct picture *picture_of(uint16_t width, uint16_t height)
{
    static struct picture picture;
    FILE *file = fopen(JPEG_FILE, "rb");
    assert_non_null(file);
    assert_true(fread(picture.bytes, 1, sizeof(picture.bytes), file) > 4);
    fclose(file);
    size_t at = 2;
    while (picture.bytes[at + 1] != 0xda) {
        if (picture.bytes[at + 1] == 0xc0) {
            picture.bytes[at + 5] = (uint8_t)(height >> 8);
            picture.bytes[at + 6] = (uint8_t)height;
            picture.bytes[at + 7] = (uint8_t)(width >> 8);
            picture.bytes[at + 8] = (uint8_t)width;
        }
        at += 2 + (size_t)(picture.bytes[at + 2] << 8 | picture.bytes[at + 3]);
    }
    at += 2 + (size_t)(picture.bytes[at + 2] << 8 | picture.bytes[at + 3]);
    memset(picture.bytes + at, 0x55, 100 * 1024);
    at += 100 * 1024;
    picture.bytes[at++] = 0xff;
    picture.bytes[at++] = 0xd9;
    picture.len_bytes = at;
    return &picture;
}

static void say_part(const char *url, uint16_t width, uint16_t height)
{
    const struct picture *picture = picture_of(width, height);
    char head[64];
    int len =
        snprintf(head, sizeof(head), "--frame\r\nContent-Length: %zu\r\n\r\n", picture->len_bytes);
    say_body(url, head, (size_t)len);
    say_body(url, picture->bytes, picture->len_bytes);
}

/* --- The camera. --- */

static const char STREAM_TYPE[] = "multipart/x-mixed-replace; boundary=frame";
static const char STATUS[] = "{\"0xd3\":0,\"framesize\":10,\"quality\":10,\"brightness\":0}";

static struct camera *add(struct rig *rig, const char *url)
{
    char wrong[MJPEG_SENTENCE_MAX_BYTES] = "";
    struct camera *camera = NULL;
    int r = mjpeg_add(rig->registry, &(struct camera_identity){.id = "porch", .address = url},
                      &camera, wrong);
    assert_string_equal(wrong, "");
    assert_int_equal(r, 0);
    rig->camera = camera;
    return camera;
}

static int setup(void **state)
{
    list_init(&requests);
    clients = 0;
    return rig_setup(state);
}

static int teardown(void **state)
{
    int r = rig_teardown(state);
    assert_true(list_empty(&requests));
    assert_int_equal(clients, 0);
    return r;
}

static void on_ready(void *ctx)
{
    (void)ctx;
}

static struct lease *slow_lease(struct camera *camera, uint16_t max_fps)
{
    return camera_lease(camera, &(struct lease_params){.reason = LEASE_VIEWER,
                                                       .rendition = RENDITION_JPEG,
                                                       .max_fps = max_fps,
                                                       .ready = on_ready});
}

static void test_connects_while_somebody_looks(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = add(rig, "http://me:secret@cam/video?action=stream");
    assert_int_equal(camera->demand.state, DEMAND_ASLEEP);
    assert_int_equal(clients, 0);
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    struct lease *another = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    expect_asked(":80/video?action=stream ");
    assert_string_equal(request_for(":80/video?action=stream")->user, "me");
    say_head(":80/video?action=stream", 200, STREAM_TYPE);
    say_part(":80/video?action=stream", 640, 480);
    assert_int_equal(camera->demand.state, DEMAND_AWAKE);
    assert_int_equal(camera->width, 640);
    assert_int_equal(camera->stats.received, 1);
    expect_asked(":80/video?action=stream "); /* not at port 81, no such boundary */
    lease_release(&lease);
    lease_release(&another);
    rig_pass(rig, 11 * US_PER_S);
    assert_int_equal(camera->demand.state, DEMAND_ASLEEP);
    expect_asked("");
    assert_int_equal(clients, 0);
}

static void test_begins_anew_after_trouble(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = add(rig, "http://cam/");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    say_done(":80/", -ECONNREFUSED, "connection refused by cam:80");
    assert_string_equal(camera->error, "connection refused by cam:80");
    expect_asked(""); /* the demand decides when */
    rig_pass(rig, 7 * US_PER_S);
    expect_asked(":80/ ");
    assert_string_equal(camera->error, "connection refused by cam:80");
    say_head(":80/", 200, STREAM_TYPE);
    say_part(":80/", 640, 480);
    assert_string_equal(camera->error, "");
    say_done(":80/", 0, "");
    assert_string_equal(camera->error, "cam:80 ended the stream");
    assert_int_equal(clients, 1); /* and with it what the name resolved to */
    rig_pass(rig, 5 * US_PER_S + US_PER_MS);
    assert_string_equal(camera->error, "cam:80 ended the stream");
    expect_asked(":80/ ");
    /* A stream that is alive and holds no good picture is given up, too. */
    say_head(":80/", 200, STREAM_TYPE);
    unsigned first = request_for(":80/")->number;
    rig_pass(rig, 8 * US_PER_S);
    assert_int_equal(request_for(":80/")->number, first + 1);
    lease_release(&lease);
}

static void test_a_wish_alone_changes_nothing(void **state)
{
    struct rig *rig = *state;
    add(rig, "http://cam/");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    say_head(":80/", 200, STREAM_TYPE);
    say_part(":80/", 640, 480);
    unsigned first = request_for(":80/")->number;
    struct lease *small = slow_lease(rig->camera, 2);
    lease_release(&lease);
    rig_turn(rig);
    assert_int_equal(request_for(":80/")->number, first);
    lease_release(&small);
}

static void test_stills_again_and_again(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = add(rig, "http://cam/shot.jpg");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    const struct picture *picture = picture_of(640, 480);
    for (int i = 0; i < 3; i++) {
        answer(":80/shot.jpg", 200, "image/jpeg", picture->bytes, picture->len_bytes);
        assert_int_equal(camera->demand.state, DEMAND_AWAKE);
        assert_int_equal(camera->stats.received, i + 1);
        rig_pass(rig, 199 * US_PER_MS);
        expect_asked("");
        rig_pass(rig, US_PER_MS);
        expect_asked(":80/shot.jpg ");
    }
    /* Less often, where nobody wants more. */
    struct lease *slow = slow_lease(camera, 1);
    lease_release(&lease);
    answer(":80/shot.jpg", 200, "image/jpeg", picture->bytes, picture->len_bytes);
    rig_pass(rig, 999 * US_PER_MS);
    expect_asked("");
    rig_pass(rig, US_PER_MS);
    expect_asked(":80/shot.jpg ");
    /* An answer of another kind ends it. */
    say_head(":80/shot.jpg", 200, "text/html");
    assert_string_equal(camera->error, "no JPEG in what cam:80 sends (text/html)");
    expect_asked("");
    lease_release(&slow);
}

static void test_what_is_no_picture(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = add(rig, "http://cam/");
    static const struct {
        unsigned status;
        const char *type, *error;
    } CASES[] = {
        {404, "image/jpeg", "cam:80 answers 404 Not Found"},
        {418, "", "cam:80 answers 418"},
        {200, "", "no JPEG in what cam:80 sends ()"},
        {200, "video/\x1b[31mred", "no JPEG in what cam:80 sends (video/)"},
        {200, "multipart/x-mixed-replace", "cam:80 sends a multipart stream without a boundary"},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++) {
        struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
        say_head(":80/", CASES[i].status, CASES[i].type);
        assert_string_equal(camera->error, CASES[i].error);
        expect_asked("");
        lease_release(&lease);
        rig_pass(rig, 30 * US_PER_S);
    }
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    answer(":80/", 200, "image/jpeg", NULL, 0);
    assert_string_equal(camera->error, "cam:80 sends an empty picture");
    lease_release(&lease);
}

static void test_pictures_are_bounded(void **state)
{
    struct rig *rig = *state;
    struct camera *camera = add(rig, "http://cam/");
    static uint8_t block[1024 * 1024];
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    say_head(":80/", 200, "image/jpeg");
    for (int i = 0; i < 4; i++)
        say_body(":80/", block, sizeof(block));
    expect_asked(":80/ ");
    say_body(":80/", block, 1);
    assert_string_equal(camera->error, "a picture of cam:80 has more than 4 MiB");
    expect_asked("");
    lease_release(&lease);
}

/* Looks at a CameraWebServer until it is known. */
static struct lease *look_at_device(struct rig *rig)
{
    add(rig, "http://cam:81/stream");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    say_head(":81/stream", 200, STREAM_TYPE);
    expect_asked(":81/stream :80/status ");
    assert_int_equal(request_for(":81/stream")->get.max_body_bytes, 0); /* it has no end */
    assert_int_equal(request_for(":80/status")->get.max_body_bytes, ESPCAM_STATUS_MAX_BYTES);
    answer(":80/status", 200, "application/json", STATUS, strlen(STATUS));
    assert_null(rig->camera->controls); /* until a picture says how it counts */
    say_part(":81/stream", 640, 480);
    assert_int_equal(json_array_size(rig->camera->controls), 3);
    return lease;
}

static void set(struct rig *rig, const char *values)
{
    json_t *object = json_loads(values, 0, NULL);
    const char *message = "";
    int r = camera_set(rig->camera, object, &message);
    json_decref(object);
    assert_string_equal(message, "");
    assert_int_equal(r, 0);
}

static void test_settings_go_one_by_one(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    set(rig, "{\"brightness\":1,\"quality\":20}");
    expect_asked(":81/stream :80/control?var=brightness&val=1 ");
    set(rig, "{\"quality\":30}"); /* the newest counts */
    answer(":80/control?var=brightness&val=1", 200, "", NULL, 0);
    expect_asked(":81/stream :80/control?var=quality&val=30 ");
    answer(":80/control?var=quality&val=30", 500, "", NULL, 0);
    /* What is in force after all? */
    static const char NOW[] = "{\"0xd3\":0,\"framesize\":10,\"quality\":10,\"brightness\":1}";
    answer(":80/status", 200, "application/json", NOW, strlen(NOW));
    expect_asked(":81/stream ");
    char *controls = json_dumps(rig->camera->controls, JSON_COMPACT);
    assert_non_null(strstr(controls, "\"name\":\"quality\",\"type\":\"int\",\"min\":4,\"max\":63,"
                                     "\"step\":1,\"default\":10,\"value\":10"));
    free(controls);
    lease_release(&lease);
    /* Without a viewer, too; and then it is let go. */
    rig_pass(rig, 11 * US_PER_S);
    assert_int_equal(clients, 0);
    set(rig, "{\"brightness\":2}");
    expect_asked(":80/control?var=brightness&val=2 ");
    answer(":80/control?var=brightness&val=2", 200, "", NULL, 0);
    say_done(":80/status", -ETIMEDOUT, "cam:80 did not answer for 4 s");
    assert_int_equal(clients, 0);
}

/* --- Stills. --- */

static int still_error;
static unsigned stills;
static uint16_t still_width;

static void on_still(void *ctx, int error, struct packet *still)
{
    (void)ctx;
    stills++;
    still_error = error;
    still_width = still ? still->width : 0;
}

static struct capture *begin_still(struct rig *rig)
{
    stills = 0;
    return capture_begin(rig->camera, CAPTURE_STILL, 20 * US_PER_S, on_still, NULL);
}

static void answer_picture(const char *url, uint16_t width, uint16_t height)
{
    const struct picture *picture = picture_of(width, height);
    answer(url, 200, "image/jpeg", picture->bytes, picture->len_bytes);
}

static void test_a_still_at_full_size(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    uint64_t unwanted = rig->camera->stats.dropped[CAMERA_DROP_UNWANTED];
    (void)capture;
    expect_asked(":81/stream :80/control?var=framesize&val=15 ");
    answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    assert_int_equal(request_for(":80/capture")->get.max_body_bytes, MJPEG_PICTURE_MAX_BYTES);
    say_part(":81/stream", 1600, 1200); /* not for whoever looks */
    assert_int_equal(rig->camera->width, 640);
    assert_int_equal(rig->camera->stats.dropped[CAMERA_DROP_UNWANTED], unwanted + 1);
    answer_picture(":80/capture", 640, 480); /* one from before */
    assert_int_equal(stills, 0);
    answer_picture(":80/capture", 1600, 1200);
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, 0);
    assert_int_equal(still_width, 1600);
    expect_asked(":81/stream :80/control?var=framesize&val=10 ");
    set(rig, "{\"size\":\"800x600\"}");
    answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    say_part(":81/stream", 1600, 1200); /* still not */
    assert_int_equal(rig->camera->width, 640);
    answer(":80/control?var=framesize&val=11", 200, "", NULL, 0);
    say_part(":81/stream", 640, 480);
    say_part(":81/stream", 800, 600);
    assert_int_equal(rig->camera->width, 800);
    lease_release(&lease);
}

static void test_a_still_that_does_not_grow(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    /* It does not take the size: then as it is, and nothing is to be restored. */
    struct capture *capture = begin_still(rig);
    (void)capture;
    answer(":80/control?var=framesize&val=15", 500, "", NULL, 0);
    answer_picture(":80/capture", 640, 480);
    assert_int_equal(stills, 1);
    assert_int_equal(still_width, 640);
    expect_asked(":81/stream ");
    /* It takes it and sends the small ones all the same: the fourth is taken. */
    capture = begin_still(rig);
    answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(stills, 0);
        answer_picture(":80/capture", 640, 480);
    }
    assert_int_equal(still_width, 640);
    answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    expect_asked(":81/stream ");
    lease_release(&lease);
}

static void test_stills_that_fail(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    say_done(":80/capture", -ECONNREFUSED, "connection refused by cam:80");
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, -EIO);
    /* Another one while the size is being restored goes first. */
    capture = begin_still(rig);
    answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    answer(":80/control?var=framesize&val=15", 200, "", NULL, 0);
    for (int i = 0; i < 4; i++)
        answer(":80/capture", 200, "image/jpeg", "garbage", 7);
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, -EIO);
    /* One at a time. */
    capture = begin_still(rig);
    struct capture *second = begin_still(rig);
    rig_turn(rig);
    assert_int_equal(stills, 1);
    assert_int_equal(still_error, -EBUSY);
    (void)second;
    capture_cancel(capture);
    lease_release(&lease);
}

static void test_a_size_is_restored_for_sure(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    (void)capture;
    /* Whether it took the size is not known: it is put back. */
    say_done(":80/control?var=framesize&val=15", -ETIMEDOUT, "cam:80 did not answer for 4 s");
    answer_picture(":80/capture", 640, 480);
    assert_int_equal(still_error, 0);
    say_done(":80/control?var=framesize&val=10", -ECONNREFUSED, "connection refused by cam:80");
    expect_asked(":81/stream ");
    /* When it is there again, first of all. */
    say_done(":81/stream", -EIO, "cam:81 hung up");
    rig_pass(rig, 6 * US_PER_S);
    say_head(":81/stream", 200, STREAM_TYPE);
    expect_asked(":81/stream :80/control?var=framesize&val=10 ");
    answer(":80/control?var=framesize&val=10", 200, "", NULL, 0);
    answer(":80/status", 200, "application/json", STATUS, strlen(STATUS));
    expect_asked(":81/stream ");
    lease_release(&lease);
}

static void test_ends_in_the_middle(void **state)
{
    struct rig *rig = *state;
    struct lease *lease = look_at_device(rig);
    struct capture *capture = begin_still(rig);
    set(rig, "{\"brightness\":1}");
    capture_cancel(capture);
    lease_release(&lease);
    /* rig_teardown takes the camera away; teardown looks that nothing is left. */
}

static void test_a_wrong_guess_costs_one_question(void **state)
{
    struct rig *rig = *state;
    add(rig, "http://cam:8080/stream");
    struct lease *lease = rig_lease(rig, LEASE_VIEWER, RENDITION_JPEG);
    say_head(":8080/stream", 200,
             "multipart/x-mixed-replace;boundary=123456789000000000000987654321");
    expect_asked(":8080/stream :8079/status ");
    answer(":8079/status", 200, "application/json", "{\"ok\":true}", 11);
    expect_asked(":8080/stream ");
    assert_null(rig->camera->controls);
    /* It can only stream: a still is the next picture. */
    struct capture *capture = begin_still(rig);
    expect_asked(":8080/stream ");
    capture_cancel(capture);
    lease_release(&lease);
}

/* --- Who may be one. --- */

static void refuse(struct rig *rig, const char *id, const char *url, int error,
                   const char *sentence)
{
    char wrong[MJPEG_SENTENCE_MAX_BYTES] = "";
    struct camera *camera = NULL;
    assert_int_equal(mjpeg_add(rig->registry, &(struct camera_identity){.id = id, .address = url},
                               &camera, wrong),
                     error);
    assert_string_equal(wrong, sentence);
    assert_null(camera);
}

static void test_who_is_refused(void **state)
{
    struct rig *rig = *state;
    rig_registry(rig, &(struct registry_params){.adopt_ask = true});
    refuse(rig, "porch", "rtsp://cam/", -EINVAL,
           "this is no address of a camera: only http:// and https:// are fetched");
    refuse(rig, "porch", "http://127.0.0.1/", -EACCES,
           "127.0.0.1 is a loopback address; pull_allow in eyelid.conf can allow it");
    refuse(rig, "porch", "http://[fd00:ec2::254]/", -EACCES,
           "[fd00:ec2::254] is the address of a cloud's metadata service; pull_allow in "
           "eyelid.conf can allow it");
    refuse(rig, "Porch", "http://cam/", -EINVAL, "an id is 1 to 32 of a-z, 0-9 and -");
    struct camera *camera = add(rig, "http://cam/"), *same = add(rig, "http://cam/");
    assert_ptr_equal(camera, same);
    assert_true(camera->adopted);
    refuse(rig, "porch", "http://other/", -EEXIST, "there is another camera with the id \"porch\"");
    rig_registry(rig, &(struct registry_params){.max_cameras = 1});
    add(rig, "http://cam/");
    refuse(rig, "other", "http://cam/", -ENOSPC,
           "this server has as many cameras as it may (max_cameras in eyelid.conf)");
}

static void test_those_of_the_store(void **state)
{
    struct rig *rig = *state;
    static const struct store_camera ROWS[] = {
        {"good", "good", "mjpeg", "http://me:secret@cam/", true},
        {"bad", "bad", "mjpeg", "file:///etc/passwd", true},
        {"none", "none", "mjpeg", "", true},
        {"push", "push", "push", "", true},
    };
    for (size_t i = 0; i < 4; i++)
        registry_load_camera(rig->registry, &ROWS[i]);
    mjpeg_attach_all(rig->registry);
    mjpeg_attach_all(rig->registry); /* once is enough */
    assert_int_equal(registry_find(rig->registry, "good")->demand.state, DEMAND_ASLEEP);
    assert_int_equal(registry_find(rig->registry, "bad")->demand.state, DEMAND_OFFLINE);
    assert_string_equal(registry_find(rig->registry, "bad")->error,
                        "its address is none that a camera can have");
    assert_string_equal(registry_find(rig->registry, "none")->error,
                        "its address is none that a camera can have");
    assert_null(registry_find(rig->registry, "push")->source);
    /* Nobody sees the password. */
    rig->camera = registry_find(rig->registry, "good");
    assert_string_equal(rig_described(rig, "address"), "\"http://***@cam/\"");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_connects_while_somebody_looks),
        T(test_begins_anew_after_trouble),
        T(test_a_wish_alone_changes_nothing),
        T(test_stills_again_and_again),
        T(test_what_is_no_picture),
        T(test_pictures_are_bounded),
        T(test_settings_go_one_by_one),
        T(test_a_still_at_full_size),
        T(test_a_still_that_does_not_grow),
        T(test_stills_that_fail),
        T(test_a_size_is_restored_for_sure),
        T(test_ends_in_the_middle),
        T(test_a_wrong_guess_costs_one_question),
        T(test_who_is_refused),
        T(test_those_of_the_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
