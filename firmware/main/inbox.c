#include "firmware/main/inbox.h"

#include <errno.h>

#include <esp_log.h>

int inbox_init(struct inbox *inbox)
{
    inbox->events = xQueueCreate(INBOX_EVENTS, sizeof(struct inbox_event));
    inbox->free_texts = xQueueCreate(INBOX_TEXTS, sizeof(struct inbox_text *));
    if (!inbox->events || !inbox->free_texts)
        return -ENOMEM;
    for (unsigned i = 0; i < INBOX_TEXTS; i++)
        inbox_return(inbox, &inbox->texts[i]);
    return 0;
}

void inbox_post(struct inbox *inbox, const struct inbox_event *event)
{
    if (xQueueSend(inbox->events, event, 0) == pdTRUE)
        return;
    inbox_return(inbox, event->text);
    ESP_LOGE("inbox", "event %d is lost", (int)event->kind);
}

struct inbox_text *inbox_borrow(struct inbox *inbox)
{
    struct inbox_text *text;
    return xQueueReceive(inbox->free_texts, &text, 0) == pdTRUE ? text : NULL;
}

void inbox_return(struct inbox *inbox, struct inbox_text *text)
{
    if (text)
        (void)xQueueSend(inbox->free_texts, &text, 0); /* there is room for all of them */
}

bool inbox_take(struct inbox *inbox, unsigned wait_ms, struct inbox_event *ret_event)
{
    return xQueueReceive(inbox->events, ret_event, pdMS_TO_TICKS(wait_ms)) == pdTRUE;
}
