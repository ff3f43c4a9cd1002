/* The configuration file: any content is read, or refused with a sentence. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "app/config.h"
#include "base/alloc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct config_sources sources = {
        .file_name = "f", .file_text = (const char *)data, .file_len_bytes = len_bytes};
    struct config *config = NULL;
    char *sentence = NULL;
    int error = config_parse(&sources, &config, &sentence);
    if (error && (!sentence || strlen(sentence) < 5))
        abort();
    if (!error && (!config || !config->data || config->max_cameras == 0))
        abort();
    config_destroy(config);
    mem_free(sentence);
    return 0;
}
