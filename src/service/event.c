#include "service/event.h"

const char *setting_result_name(enum setting_result result)
{
    static const char *const NAMES[] = {"applied", "corrected", "refused"};
    return NAMES[result];
}

void event_bus_init(struct event_bus *bus)
{
    list_init(&bus->subscribers);
}

void event_subscribe(struct event_bus *bus, struct event_subscriber *subscriber)
{
    list_append(&bus->subscribers, &subscriber->node);
}

void event_unsubscribe(struct event_subscriber *subscriber)
{
    list_remove(&subscriber->node);
}

bool event_is_for(const struct principal *principal, const struct camera *camera)
{
    return access_allows(principal, ACCESS_VIEWER, ACCESS_CAMERA, camera_id(camera));
}

bool event_is_told(const struct principal *principal, const struct event *event)
{
    if (event->camera)
        return event_is_for(principal, event->camera);
    return *event->camera_id
               ? access_allows(principal, ACCESS_VIEWER, ACCESS_CAMERA, event->camera_id)
               : access_allows(principal, ACCESS_VIEWER, ACCESS_SERVER, NULL);
}

void event_tell(struct event_bus *bus, const struct event *event)
{
    list_for_each (subscriber, &bus->subscribers, struct event_subscriber, node)
        if (!subscriber->principal || event_is_told(subscriber->principal, event))
            subscriber->on_event(subscriber->ctx, event);
}
