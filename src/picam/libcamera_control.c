#include "picam/libcamera_control.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

void libcamera_control_schema(const struct helper_control *helper, unsigned n,
                              struct controls *ret_controls)
{
    static const enum control_type TYPES[] = {
        [HELPER_INT] = CONTROL_INT, [HELPER_BOOL] = CONTROL_BOOL, [HELPER_MENU] = CONTROL_MENU};
    *ret_controls = (struct controls){0};
    for (unsigned i = 0; i < n; i++) {
        const struct helper_control *h = &helper[i];
        control_text options[HELPER_OPTIONS_MAX] = {0};
        struct control control = {.type = TYPES[h->type],
                                  .min = h->min,
                                  .max = h->max,
                                  .step = h->step,
                                  .fallback = h->fallback,
                                  .value = h->fallback,
                                  .n_options = h->type == HELPER_MENU ? h->n_options : 0,
                                  .options = options};
        snprintf(control.name, sizeof(control.name), "%.31s", h->name);
        snprintf(control.group, sizeof(control.group), "%.31s", h->group);
        snprintf(control.automatic, sizeof(control.automatic), "%.31s", h->auto_name);
        for (unsigned k = 0; k < control.n_options; k++)
            snprintf(options[k], sizeof(options[k]), "%.31s", h->options[k]);
        int place = controls_add(ret_controls, &control);
        (void)place; /* malformed controls are left out */
    }
}

static int find_option(const struct helper_control *h, const char *text)
{
    for (unsigned i = 0; i < h->n_options; i++)
        if (strcmp(h->options[i], text) == 0)
            return (int)i;
    return -EINVAL;
}

int libcamera_control_order(const struct helper_control *helper, unsigned n,
                            const struct control *control, int64_t value,
                            struct helper_set *ret_order)
{
    unsigned i = 0;
    while (i < n && strcmp(helper[i].name, control->name) != 0)
        i++;
    if (i == n)
        return -ENOENT;
    const bool is_menu = control->type == CONTROL_MENU;
    const int64_t number = is_menu ? find_option(&helper[i], control->options[value]) : value;
    if (is_menu != (helper[i].type == HELPER_MENU) || number < helper[i].min ||
        number > helper[i].max)
        return -EINVAL; /* the control has changed since the schema was made */
    *ret_order = (struct helper_set){.control = i, .value = (int32_t)number};
    return 0;
}
