#include "firmware/main/console.h"

#include <errno.h>
#include <stdio.h>

#include <esp_console.h>
#include <esp_system.h>
#include <sdkconfig.h>

#include "firmware/main/command.h"
#include "firmware/main/keep.h"

static int run(int argc, char **argv)
{
    struct settings settings;
    char answer[COMMAND_ANSWER_BYTES];
    keep_load(&settings);
    enum command_outcome outcome = command_run(&settings, argc, argv, answer);
    if (outcome == COMMAND_CHANGED && keep_save(&settings) < 0) {
        printf("writing to flash failed\n");
        return 0;
    }
    printf("%s\n", answer);
    if (outcome == COMMAND_RESTART)
        esp_restart();
    return 0; /* anything else would be printed as a number */
}

static esp_err_t open_line(const esp_console_repl_config_t *config, esp_console_repl_t **ret_repl)
{
#ifdef CONFIG_ESP_CONSOLE_USB_SERIAL_JTAG
    const esp_console_dev_usb_serial_jtag_config_t line =
        ESP_CONSOLE_DEV_USB_SERIAL_JTAG_CONFIG_DEFAULT();
    return esp_console_new_repl_usb_serial_jtag(&line, config, ret_repl);
#else
    const esp_console_dev_uart_config_t line = ESP_CONSOLE_DEV_UART_CONFIG_DEFAULT();
    return esp_console_new_repl_uart(&line, config, ret_repl);
#endif
}

int console_start(void)
{
    esp_console_repl_config_t config = ESP_CONSOLE_REPL_CONFIG_DEFAULT();
    esp_console_repl_t *repl;
    config.prompt = "eyelid>";               /* a blank is put behind it */
    config.task_stack_size = 6144;           /* the answers are put together on it */
    if (open_line(&config, &repl) != ESP_OK) /* `help` comes with it */
        return -EIO;
    for (unsigned i = 0; i < command_count; i++) {
        const esp_console_cmd_t command = {.command = command_table[i].name,
                                           .help = command_table[i].help,
                                           .hint = command_table[i].hint,
                                           .func = run};
        if (esp_console_cmd_register(&command) != ESP_OK)
            return -EIO;
    }
    return esp_console_start_repl(repl) == ESP_OK ? 0 : -EIO;
}
