/* The one place where jsmn, which is a header, becomes code; the settings are those of json.h. */
#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#include <jsmn.h>
