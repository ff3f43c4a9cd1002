#include "base/inbox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>

struct letter {
    struct list node;
    int number;
};

static void count_up(void *ctx)
{
    ++*(int *)ctx;
}

static void test_order_and_waking(void **state)
{
    (void)state;
    int woken = 0;
    struct inbox inbox;
    struct letter letters[3] = {{.number = 1}, {.number = 2}, {.number = 3}};
    inbox_init(&inbox, (struct waker){count_up, &woken});
    assert_null(inbox_take(&inbox));
    for (int i = 0; i < 3; i++)
        inbox_post(&inbox, &letters[i].node);
    assert_int_equal(woken, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(list_entry(inbox_take(&inbox), struct letter, node)->number, i + 1);
    assert_null(inbox_take(&inbox));
    inbox_finish(&inbox);
}

enum { LETTERS = 1000, WRITERS = 4 };

struct writer {
    struct inbox *inbox;
    struct letter letters[LETTERS];
};

static void *write_letters(void *ctx)
{
    struct writer *writer = ctx;
    for (int i = 0; i < LETTERS; i++) {
        writer->letters[i].number = i;
        inbox_post(writer->inbox, &writer->letters[i].node);
    }
    return NULL;
}

/* From many threads: nothing is lost, and each one's letters stay in order. */
static void test_threads(void **state)
{
    (void)state;
    static struct writer writers[WRITERS];
    struct inbox inbox;
    pthread_t threads[WRITERS];
    int next[WRITERS] = {0}, taken = 0;
    inbox_init(&inbox, (struct waker){0});
    for (int i = 0; i < WRITERS; i++) {
        writers[i].inbox = &inbox;
        assert_int_equal(pthread_create(&threads[i], NULL, write_letters, &writers[i]), 0);
    }
    while (taken < WRITERS * LETTERS) {
        struct list *node = inbox_take(&inbox);
        if (!node)
            continue;
        struct letter *letter = list_entry(node, struct letter, node);
        for (int i = 0; i < WRITERS; i++)
            if (letter >= writers[i].letters && letter < writers[i].letters + LETTERS)
                assert_int_equal(letter->number, next[i]++);
        taken++;
    }
    for (int i = 0; i < WRITERS; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(next[i], LETTERS);
    }
    assert_null(inbox_take(&inbox));
    inbox_finish(&inbox);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_and_waking),
        cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
