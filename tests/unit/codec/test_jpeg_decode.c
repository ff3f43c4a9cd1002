#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "codec/jpeg_decode.h"
#include "codec/shrink.h"
#include "data.h"
#include "drawn.h"

static struct jpeg_decode open_decode(void)
{
    struct jpeg_decode decode;
    assert_int_equal(jpeg_decode_init(&decode), 0);
    return decode;
}

static void test_planes_are_those_that_were_drawn(void **state)
{
    (void)state;
    struct jpeg_decode decode = open_decode();
    for (int c = JPEG_CHROMA_GREY; c <= JPEG_CHROMA_411; c++)
        for (unsigned odd = 0; odd < 4; odd++) {
            const unsigned width = 96 + (odd & 1), height = 64 + (odd >> 1);
            struct drawn drawn = drawn_gradient(width, height, (enum jpeg_chroma)c, 0);
            size_t len_bytes;
            uint8_t *jpeg = drawn_jpeg(&drawn, 95, &len_bytes);
            struct picture picture;
            assert_int_equal(jpeg_decode_planes(&decode, jpeg, len_bytes, 1, &picture), 0);
            assert_int_equal(picture.chroma, c);
            assert_int_equal(picture.width, (width + 1) & ~1U);
            assert_int_equal(picture.height, (height + 1) & ~1U);
            for (int i = 0; i < (c == JPEG_CHROMA_GREY ? 1 : 3); i++)
                assert_true(drawn_psnr(picture.planes[i], picture.strides[i], drawn.planes[i],
                                       drawn.plane_widths[i], drawn.plane_widths[i],
                                       drawn.plane_heights[i]) > 38);
            const uint8_t *luma = picture.planes[0];
            if (width & 1)
                for (unsigned y = 0; y < height; y++)
                    assert_int_equal(luma[y * picture.strides[0] + width],
                                     luma[y * picture.strides[0] + width - 1]);
            if (height & 1)
                assert_memory_equal(luma + (size_t)height * picture.strides[0],
                                    luma + (size_t)(height - 1) * picture.strides[0],
                                    picture.width);
            drawn_free_jpeg(jpeg);
            drawn_finish(&drawn);
        }
    jpeg_decode_finish(&decode);
}

/* The decoder's scaling gives the means of the drawn pixels, for every chroma subsampling. */
static void test_scaled_planes(void **state)
{
    (void)state;
    struct jpeg_decode decode = open_decode();
    struct shrink shrink = {0};
    for (int c = JPEG_CHROMA_GREY; c <= JPEG_CHROMA_411; c++)
        for (unsigned scale = 2; scale <= 8; scale *= 2)
            for (unsigned odd = 0; odd < 2; odd++) {
                const unsigned width = 320 + 13 * odd, height = 192 + 7 * odd;
                struct drawn drawn = drawn_gradient(width, height, (enum jpeg_chroma)c, 0);
                size_t len_bytes;
                uint8_t *jpeg = drawn_jpeg(&drawn, 95, &len_bytes);
                struct picture full, picture, wanted;
                assert_int_equal(jpeg_decode_planes(&decode, jpeg, len_bytes, 1, &full), 0);
                assert_int_equal(shrink_picture(&shrink, &full, scale, &wanted), 0);
                assert_int_equal(jpeg_decode_planes(&decode, jpeg, len_bytes, scale, &picture), 0);
                assert_int_equal(picture.chroma, c);
                assert_int_equal(picture.width, picture_even((width + scale - 1) / scale));
                assert_int_equal(picture.height, picture_even((height + scale - 1) / scale));
                for (unsigned i = 0; i < (c == JPEG_CHROMA_GREY ? 1 : 3); i++) {
                    const unsigned w = i ? picture_chroma_width(wanted.chroma, wanted.width)
                                         : wanted.width,
                                   h = i ? picture_chroma_height(wanted.chroma, wanted.height)
                                         : wanted.height;
                    const double psnr = drawn_psnr(picture.planes[i], picture.strides[i],
                                                   wanted.planes[i], wanted.strides[i], w, h);
                    if (psnr < 34)
                        print_error("chroma %d, 1/%u, %ux%u, plane %u: %g dB\n", c, scale, width,
                                    height, i, psnr);
                    assert_true(psnr >= 34);
                }
                drawn_free_jpeg(jpeg);
                drawn_finish(&drawn);
            }
    shrink_finish(&shrink);
    jpeg_decode_finish(&decode);
}

/* Kinds that TurboJPEG gives no planes of, and several scans: the same picture as the usual kind.
 */
static void test_unusual_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum jpeg_chroma chroma;
    } rows[] = {{"progressive.jpg", JPEG_CHROMA_420},
                {"separate-scans.jpg", JPEG_CHROMA_422},
                {"sampling-4x2.jpg", JPEG_CHROMA_420},
                {"sampling-1x4.jpg", JPEG_CHROMA_420}};
    struct jpeg_decode decode = open_decode();
    for (unsigned i = 0; i < 4; i++) {
        uint8_t bytes[DATA_MAX_BYTES];
        struct picture picture;
        size_t len_bytes = data_read(rows[i].name, bytes);
        assert_int_equal(jpeg_decode_planes(&decode, bytes, len_bytes, 1, &picture), 0);
        assert_int_equal(picture.chroma, rows[i].chroma);
        assert_int_equal(picture.width, 62);
        assert_int_equal(picture.height, 46);
        unsigned least = 255, most = 0;
        for (unsigned y = 0; y < 46; y++)
            for (unsigned x = 0; x < 62; x++) {
                unsigned luma = picture.planes[0][y * picture.strides[0] + x];
                least = luma < least ? luma : least;
                most = luma > most ? luma : most;
            }
        assert_true(most - least > 20); /* it is no flat picture */
    }
    jpeg_decode_finish(&decode);
}

/* Adobe's sign for RGB: a red picture has the luma and chroma of red. */
static void test_rgb(void **state)
{
    (void)state;
    uint8_t bytes[DATA_MAX_BYTES];
    struct jpeg_decode decode = open_decode();
    struct picture picture;
    size_t len_bytes = data_read("rgb-red.jpg", bytes);
    assert_int_equal(jpeg_decode_planes(&decode, bytes, len_bytes, 1, &picture), 0);
    assert_in_range(picture.planes[0][0], 74, 78);
    assert_in_range(picture.planes[1][0], 83, 87);
    assert_in_range(picture.planes[2][0], 253, 255);
    jpeg_decode_finish(&decode);
}

/* Writes another size into SOF0: the header alone has to be enough for a refusal. */
static void set_size(uint8_t *jpeg, size_t len_bytes, unsigned width, unsigned height)
{
    for (size_t i = 0; i + 9 < len_bytes; i++)
        if (jpeg[i] == 0xFF && jpeg[i + 1] == 0xC0) {
            jpeg[i + 5] = (uint8_t)(height >> 8);
            jpeg[i + 6] = (uint8_t)height;
            jpeg[i + 7] = (uint8_t)(width >> 8);
            jpeg[i + 8] = (uint8_t)width;
            return;
        }
    fail();
}

static void test_sizes_out_of_bounds_are_refused_by_the_header(void **state)
{
    (void)state;
    static const unsigned sizes[][2] = {{15, 64},     {64, 15},       {65500, 16}, {16, 8193},
                                        {8192, 8192}, {65500, 65500}, {4096, 2305}};
    struct jpeg_decode decode = open_decode();
    struct drawn drawn = drawn_gradient(64, 64, JPEG_CHROMA_422, 0);
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
    for (unsigned s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct picture picture;
        set_size(jpeg, len_bytes, sizes[s][0], sizes[s][1]);
        assert_int_equal(jpeg_decode_planes(&decode, jpeg, len_bytes, 1, &picture), -EBADMSG);
        assert_int_equal(decode.local.capacity_bytes, 0);
        assert_int_equal(jpeg_decode_thumbnail(&decode, jpeg, len_bytes, &picture), -EBADMSG);
    }
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
    jpeg_decode_finish(&decode);
}

static void test_only_a_scan_that_is_cut_off_is_refused(void **state)
{
    (void)state;
    struct jpeg_decode decode = open_decode();
    struct picture picture;
    struct drawn drawn = drawn_gradient(320, 240, JPEG_CHROMA_422, 0);
    size_t len_bytes;
    uint8_t *jpeg = drawn_jpeg(&drawn, 80, &len_bytes);
    uint8_t *changed = malloc(len_bytes + 5000);

    /* Bytes between the scan's end and EOI are passed over, up to a point. */
    static const struct {
        size_t padding_bytes;
        int result;
    } cases[] = {{1, 0}, {100, 0}, {4096, 0}, {5000, -EBADMSG}};
    for (unsigned i = 0; i < 4; i++) {
        memcpy(changed, jpeg, len_bytes - 2);
        memset(changed + len_bytes - 2, 0x55, cases[i].padding_bytes);
        memcpy(changed + len_bytes - 2 + cases[i].padding_bytes, jpeg + len_bytes - 2, 2);
        assert_int_equal(
            jpeg_decode_planes(&decode, changed, len_bytes + cases[i].padding_bytes, 1, &picture),
            cases[i].result);
    }

    /* A scan that ends early, with and without an EOI. */
    memcpy(changed, jpeg, len_bytes * 3 / 4);
    assert_int_equal(jpeg_decode_planes(&decode, changed, len_bytes * 3 / 4, 1, &picture),
                     -EBADMSG);
    memcpy(changed + len_bytes * 3 / 4, jpeg + len_bytes - 2, 2);
    assert_int_equal(jpeg_decode_planes(&decode, changed, len_bytes * 3 / 4 + 2, 1, &picture),
                     -EBADMSG);
    assert_int_equal(jpeg_decode_thumbnail(&decode, changed, len_bytes * 3 / 4 + 2, &picture),
                     -EBADMSG);

    assert_int_equal(jpeg_decode_planes(&decode, jpeg, len_bytes, 1, &picture), 0);
    free(changed);
    drawn_free_jpeg(jpeg);
    drawn_finish(&drawn);
    jpeg_decode_finish(&decode);
}

/* With the path of eyelid-jpeg: in a process of its own. */
int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_planes_are_those_that_were_drawn),
        cmocka_unit_test(test_scaled_planes),
        cmocka_unit_test(test_unusual_kinds),
        cmocka_unit_test(test_rgb),
        cmocka_unit_test(test_sizes_out_of_bounds_are_refused_by_the_header),
        cmocka_unit_test(test_only_a_scan_that_is_cut_off_is_refused),
    };
    if (argc > 1)
        jpeg_decode_sandbox(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
