/* Cameras that are declared in files (app/declared_file.h) in the folder of `cameras`, so that
 * nobody has to add or adopt them on the page. At each start the files count, whatever was changed
 * there. */
#pragma once
#include "app/config.h"
#include "service/service.h"

/* Adds, adopts, renames and moves cameras as the files say; a file with an error costs only its
 * camera, and a line in the log. Once, with the store open, before the loop runs. */
void declared_apply(const struct config *config, struct registry *registry,
                    struct service *service);

/* Complains of each error on standard error; their number. */
unsigned declared_check(const struct config *config);
