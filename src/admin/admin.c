#include "admin/admin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "admin/show.h"
#include "base/alloc.h"
#include "net/ask.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_NOT_ASKED = 2 };
enum { PASSWORD_LINE_MAX_BYTES = 1024, OUTPUT_MAX_BYTES = 8 << 20 };

typedef void complainer(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Removes its line end; false: no line. */
static bool read_line(char line[PASSWORD_LINE_MAX_BYTES])
{
    if (!fgets(line, PASSWORD_LINE_MAX_BYTES, stdin))
        return false;
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

static bool read_hidden(const char *prompt, char line[PASSWORD_LINE_MAX_BYTES])
{
    struct termios shown, hidden;
    if (tcgetattr(STDIN_FILENO, &shown) < 0) /* a file or a pipe */
        return read_line(line);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    fprintf(stderr, "%s: ", prompt);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    const bool fine = read_line(line);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    fputc('\n', stderr);
    return fine;
}

/* On a terminal it is asked twice, so that a typo does not lock its owner out. */
static bool read_password(char password[PASSWORD_LINE_MAX_BYTES], complainer *complain)
{
    char again[PASSWORD_LINE_MAX_BYTES];
    bool fine = read_hidden("New password", password);
    if (!fine)
        complain("no password was given");
    if (fine && isatty(STDIN_FILENO)) {
        fine = read_hidden("Repeat the password", again) && strcmp(again, password) == 0;
        if (!fine)
            complain("the passwords differ");
        explicit_bzero(again, sizeof(again));
    }
    return fine;
}

static void say_why_not(int error, const char *socket, const char *sentence, complainer *complain)
{
    if (error == -EACCES)
        complain("%s: no permission; run this as root, or as a member of the group eyelid", socket);
    else if (error == -ECONNREFUSED)
        complain("no server answers at %s; is it running? --control PATH names another socket",
                 socket);
    else
        complain("%s: %s", socket, sentence);
}

static int print(const struct order *order, unsigned status, const char *body, complainer *complain)
{
    struct text text = text_growing(OUTPUT_MAX_BYTES);
    int code = EXIT_DONE;
    text_add(&text, "%s", "");
    if (status < 200 || status > 299) {
        show_problem(status, body, &text);
        complain("%s", text.bytes);
        code = EXIT_REFUSED;
    } else if (order->json) {
        puts(body);
    } else if (show_answer(order->show, body, &text) < 0) {
        complain("cannot read the server's answer; does it have another version?");
        code = EXIT_REFUSED;
    } else {
        fputs(text.bytes, stdout);
    }
    text_finish(&text);
    return code;
}

static int ask_and_print(const struct order *order, const char *const *sockets, const char *body,
                         complainer *complain)
{
    char sentence[ASK_SENTENCE_MAX_BYTES] = "";
    char *answer = NULL;
    unsigned status = 0;
    int error = -ECONNREFUSED;
    const char *asked = sockets[0];
    for (; error == -ECONNREFUSED && *sockets; sockets++) {
        asked = *sockets;
        error = ask(&(struct ask){asked, order->method, order->target, body}, &status, &answer,
                    sentence);
    }
    if (error) {
        say_why_not(error, asked, sentence, complain);
        return EXIT_NOT_ASKED;
    }
    const int code = print(order, status, answer, complain);
    mem_free(answer);
    return code;
}

int admin_run(const struct order *order, const char *const *sockets, complainer *complain)
{
    char password[PASSWORD_LINE_MAX_BYTES] = "";
    if (order->needs_password && !read_password(password, complain))
        return EXIT_NOT_ASKED;
    char *body = order_body(order, order->needs_password ? password : NULL);
    explicit_bzero(password, sizeof(password));
    int code = EXIT_NOT_ASKED;
    if (order->has_body && !body)
        complain("passwords and names must be UTF-8 text");
    else
        code = ask_and_print(order, sockets, body, complain);
    order_free_body(body);
    return code;
}
