#include "watch/blob.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WIDTH = 20, HEIGHT = 10, COUNT = WIDTH * HEIGHT };

static const struct grid GRID = {.width = WIDTH, .height = HEIGHT, .step = 1};

static unsigned find(const char *picture, unsigned neighbours, unsigned area, struct blob *blobs)
{
    uint8_t on[COUNT] = {0};
    struct blob_scratch scratch;
    for (int i = 0; i < COUNT && picture[i]; i++)
        on[i] = picture[i] == '#';
    blob_scratch_init(&scratch, COUNT);
    const unsigned count = blob_find(on, &GRID, neighbours, area, &scratch, blobs);
    for (int i = 0; i < COUNT; i++)
        assert_int_equal(scratch.kept[i], 0);
    blob_scratch_finish(&scratch);
    return count;
}

static const char TWO[] = "...................."
                          "....##.............."
                          "...####.........#..."
                          "....##.........##..."
                          "......#............."
                          "...................."
                          "..........#........."
                          "...................."
                          "...................."
                          "....................";

static void blobs_are_told_apart(void **state)
{
    (void)state;
    struct blob blobs[BLOBS_MAX];
    assert_int_equal(find(TWO, 1, 1, blobs), 2); /* the single cell has no neighbour */
    assert_int_equal(blobs[0].area, 9);          /* corners touch */
    assert_int_equal(blobs[0].left, 3);
    assert_int_equal(blobs[0].right, 6);
    assert_int_equal(blobs[0].top, 1);
    assert_int_equal(blobs[0].bottom, 4);
    assert_true(blobs[0].x > 4.4f && blobs[0].x < 5.0f && blobs[0].y > 2.0f && blobs[0].y < 2.5f);
    assert_int_equal(blobs[1].area, 3);
    assert_int_equal(find(TWO, 1, 4, blobs), 1);
    assert_int_equal(find(TWO, 3, 1, blobs), 1); /* only what hangs together well */
    assert_int_equal(blobs[0].area, 8);
}

static void the_edge_never_counts(void **state)
{
    (void)state;
    char picture[COUNT + 1];
    struct blob blobs[BLOBS_MAX];
    memset(picture, '#', COUNT);
    picture[COUNT] = 0;
    assert_int_equal(find(picture, 8, 1, blobs), 1);
    assert_int_equal(blobs[0].area, (WIDTH - 2) * (HEIGHT - 2));
    assert_int_equal(blobs[0].left, 1);
    assert_int_equal(blobs[0].bottom, HEIGHT - 2);
}

static void the_largest_are_kept(void **state)
{
    (void)state;
    char picture[COUNT + 1];
    struct blob blobs[BLOBS_MAX];
    memset(picture, '.', COUNT);
    picture[COUNT] = 0;
    for (int y = 1; y < HEIGHT - 1; y += 2)
        for (int x = 1; x < WIDTH - 4; x += 4)
            picture[y * WIDTH + x] = picture[y * WIDTH + x + 1] = '#'; /* 16 of two cells */
    memcpy(picture + 7 * WIDTH + 13, "####", 4);                       /* the last is larger */
    assert_int_equal(find(picture, 1, 1, blobs), BLOBS_MAX);
    unsigned best = 0;
    for (unsigned i = 0; i < BLOBS_MAX; i++)
        best = blobs[i].area > best ? blobs[i].area : best;
    assert_int_equal(best, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blobs_are_told_apart),
        cmocka_unit_test(the_edge_never_counts),
        cmocka_unit_test(the_largest_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
