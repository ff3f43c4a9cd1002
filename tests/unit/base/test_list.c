#include "base/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct item {
    char name;
    struct list node;
};

static void expect(struct list *head, const char *names)
{
    char got[16] = "";
    size_t n = 0;
    list_for_each (item, head, struct item, node) {
        assert_true(n + 1 < sizeof(got));
        got[n++] = item->name;
    }
    assert_string_equal(got, names);
    /* And the same backwards. */
    for (struct list *at = head->prev; at != head; at = at->prev)
        assert_int_equal(list_entry(at, struct item, node)->name, names[--n]);
    assert_int_equal(n, 0);
}

static void test_order(void **state)
{
    (void)state;
    struct list head;
    struct item a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
    list_init(&head);
    assert_true(list_empty(&head));
    expect(&head, "");
    list_append(&head, &a.node);
    list_append(&head, &b.node);
    list_append(&head, &c.node);
    assert_false(list_empty(&head));
    expect(&head, "abc");
    list_remove(&b.node);
    expect(&head, "ac");
    list_remove(&b.node); /* twice is harmless */
    expect(&head, "ac");
    list_append(&head, &b.node);
    expect(&head, "acb");
    list_remove(&a.node);
    list_remove(&b.node);
    list_remove(&c.node);
    assert_true(list_empty(&head));
}

static void test_remove_while_walking(void **state)
{
    (void)state;
    struct list head;
    struct item items[5];
    list_init(&head);
    for (int i = 0; i < 5; i++) {
        items[i].name = (char)('a' + i);
        list_append(&head, &items[i].node);
    }
    list_for_each (item, &head, struct item, node) {
        if (item->name != 'c')
            list_remove(&item->node);
    }
    expect(&head, "c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_remove_while_walking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
