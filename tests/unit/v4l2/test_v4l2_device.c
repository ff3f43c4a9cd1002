/* The role and name of a node. */
#include "v4l2/v4l2_device.h"

#include <linux/videodev2.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "v4l2/v4l2_found.h"

#define CAPTURE (V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING)

static void roles(void **state)
{
    (void)state;
    static const struct {
        const char *driver;
        uint32_t capabilities;
        enum v4l2_role role;
    } CASES[] = {
        {"uvcvideo", CAPTURE | V4L2_CAP_EXT_PIX_FORMAT, V4L2_ROLE_CAMERA},
        {"uvcvideo", V4L2_CAP_META_CAPTURE | V4L2_CAP_STREAMING, V4L2_ROLE_METADATA},
        {"vivid", CAPTURE | V4L2_CAP_READWRITE | V4L2_CAP_AUDIO, V4L2_ROLE_CAMERA},
        {"vivid", V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING, V4L2_ROLE_OUTPUT},
        {"vim2m", V4L2_CAP_VIDEO_M2M | V4L2_CAP_STREAMING, V4L2_ROLE_CODEC},
        {"bcm2835-codec", V4L2_CAP_VIDEO_M2M_MPLANE | V4L2_CAP_STREAMING, V4L2_ROLE_CODEC},
        {"vimc", CAPTURE | V4L2_CAP_IO_MC, V4L2_ROLE_PIPELINE},
        {"bcm2835-isp", CAPTURE, V4L2_ROLE_PIPELINE},
        {"unicam", CAPTURE, V4L2_ROLE_PIPELINE},
        {"bm2835 mmal", CAPTURE, V4L2_ROLE_CAMERA},
        {"any", V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_READWRITE, V4L2_ROLE_OTHER},
        {"any", V4L2_CAP_VIDEO_CAPTURE_MPLANE | V4L2_CAP_STREAMING, V4L2_ROLE_OTHER},
        {"any", V4L2_CAP_RADIO, V4L2_ROLE_OTHER},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++)
        if (v4l2_role_of(CASES[i].driver, CASES[i].capabilities) != CASES[i].role)
            fail_msg("case %zu is %s", i,
                     v4l2_role_name(v4l2_role_of(CASES[i].driver, CASES[i].capabilities)));
}

static void names(void **state)
{
    (void)state;
    static const char *const CASES[][2] = {
        {"HD Pro Webcam C920", "HD Pro Webcam C920"},
        {"Integrated Camera: Integrated C", "Integrated Camera"},
        {"UVC: UVC", "UVC"},
        {"Camera: front", "Camera: front"},
        {"Camera: ", "Camera"},
        {"caf\xc3\xa9\tcam", "caf   cam"},
        {"0123456789012345678901234567890123456789", "01234567890123456789012345678901"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        char out[V4L2_CARD_MAX];
        v4l2_card_name(CASES[i][0], out);
        assert_string_equal(out, CASES[i][1]);
    }
}

static void nodes(void **state)
{
    (void)state;
    static const char *const NODES[] = {"video0", "video9", "video12", "video65535"};
    static const char *const OTHERS[] = {"video", "video0a",     "videox",  "vide0",  "video123456",
                                         "",      "v4l-subdev0", "video-0", "video 1"};
    for (size_t i = 0; i < sizeof(NODES) / sizeof(NODES[0]); i++)
        assert_true(v4l2_is_node_name(NODES[i]));
    for (size_t i = 0; i < sizeof(OTHERS) / sizeof(OTHERS[0]); i++)
        assert_false(v4l2_is_node_name(OTHERS[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(roles), cmocka_unit_test(names),
                                       cmocka_unit_test(nodes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
