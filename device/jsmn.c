/* The one place where jsmn, a header, is compiled; its settings are in json.h. */
#define JSMN_PARENT_LINKS
#define JSMN_STRICT
#include <jsmn.h>
