#include "base/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* Standard error goes to a file for the length of a test. */
static int saved_stderr;
static FILE *file;

static int begin(void **state)
{
    (void)state;
    file = tmpfile();
    saved_stderr = dup(STDERR_FILENO);
    return file && saved_stderr >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0 ? 0 : -1;
}

static int end(void **state)
{
    (void)state;
    dup2(saved_stderr, STDERR_FILENO);
    close(saved_stderr);
    fclose(file);
    log_setup(LOG_LEVEL_INFO, false);
    return 0;
}

/* What was written since the last call; the stamps (fixed length) are replaced by T. */
static void expect(const char *wanted)
{
    static char got[8192];
    ssize_t n = pread(fileno(file), got, sizeof(got) - 1, 0);
    assert_true(n >= 0);
    got[n] = '\0';
    for (char *line = got; *line; line = strchr(line, '\n') + 1) {
        char *stamp = *line == '{' ? line + strlen("{\"time\":\"") : line;
        int year, month, day, hour, minute, second, ms, len = 0;
        assert_int_equal(sscanf(stamp, "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ%n", &year, &month, &day, &hour,
                                &minute, &second, &ms, &len),
                         7);
        assert_int_equal(len, 24);
        stamp[0] = 'T';
        memmove(stamp + 1, stamp + 24, strlen(stamp + 24) + 1);
        assert_non_null(strchr(line, '\n'));
    }
    assert_string_equal(got, wanted);
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
}

static void test_text(void **state)
{
    (void)state;
    log_info("net", NULL, "listening on %s:%d", "localhost", 8080);
    expect("T info  net: listening on localhost:8080\n");
    log_warn("camera", "porch", "gone");
    expect("T warn  camera: porch: gone\n");
    log_error("store", NULL, "%s", "");
    expect("T error store: \n");
}

static void test_levels(void **state)
{
    (void)state;
    log_debug("net", NULL, "too quiet");
    expect("");
    log_setup(LOG_LEVEL_DEBUG, false);
    log_debug("net", NULL, "heard");
    expect("T debug net: heard\n");
    log_setup(LOG_LEVEL_ERROR, false);
    log_warn("net", NULL, "too quiet");
    log_error("net", NULL, "heard");
    expect("T error net: heard\n");
    assert_true(log_enabled(LOG_LEVEL_ERROR));
    assert_false(log_enabled(LOG_LEVEL_WARN));
}

static void test_level_parse(void **state)
{
    (void)state;
    enum log_level level = LOG_LEVEL_WARN;
    assert_int_equal(log_level_parse("debug", &level), 0);
    assert_int_equal(level, LOG_LEVEL_DEBUG);
    assert_int_equal(log_level_parse("error", &level), 0);
    assert_int_equal(level, LOG_LEVEL_ERROR);
    assert_int_equal(log_level_parse("Info", &level), -EINVAL);
    assert_int_equal(log_level_parse("", &level), -EINVAL);
    assert_int_equal(level, LOG_LEVEL_ERROR);
}

static void test_control_characters(void **state)
{
    (void)state;
    log_info("net", "a\nb", "line\r\nT error store: forged\x1b[31m\x7f\t");
    expect("T info  net: a?b: line??T error store: forged?[31m??\n");
    log_info("net", NULL,
             "\xc2\x9b"
             "31m \xc3\xa4 \xff\xe2\x82");
    expect("T info  net: ?31m \xc3\xa4 ???\n");
    log_setup(LOG_LEVEL_INFO, true);
    log_info("net", "a\nb", "x\r\n\"\x1b\\");
    expect("{\"time\":\"T\",\"level\":\"info\",\"room\":\"net\",\"about\":\"a\\u000ab\","
           "\"message\":\"x\\u000d\\u000a\\\"\\u001b\\\\\"}\n");
    log_warn("net", NULL, "\xff");
    expect("{\"time\":\"T\",\"level\":\"warn\",\"room\":\"net\",\"message\":\"\\ufffd\"}\n");
}

/* systemd.exec(5): the journal's stream is named by device and inode. */
static void test_priorities_for_the_journal(void **state)
{
    (void)state;
    struct stat stat;
    char stream[64], got[256] = "";
    assert_int_equal(fstat(STDERR_FILENO, &stat), 0);
    snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)stat.st_dev, (uintmax_t)stat.st_ino);
    setenv("JOURNAL_STREAM", stream, 1);
    log_setup(LOG_LEVEL_INFO, false);
    log_warn("net", NULL, "x");
    assert_true(pread(fileno(file), got, sizeof(got) - 1, 0) > 0);
    assert_memory_equal(got, "<4>2", 4);
    setenv("JOURNAL_STREAM", "1:1", 1);
    log_setup(LOG_LEVEL_INFO, false);
    unsetenv("JOURNAL_STREAM");
    assert_int_equal(ftruncate(fileno(file), 0), 0);
    assert_int_equal(lseek(fileno(file), 0, SEEK_SET), 0);
    log_warn("net", NULL, "x");
    expect("T warn  net: x\n");
}

/* Over-long words are cut, and the line is whole nevertheless, even where each byte takes six. */
static void test_long_lines(void **state)
{
    (void)state;
    static char words[3000], wanted[8192];
    memset(words, '\x01', sizeof(words) - 1);
    log_setup(LOG_LEVEL_INFO, true);
    log_info("transcode", words, "%s", words);
    size_t n = (size_t)sprintf(
        wanted, "{\"time\":\"T\",\"level\":\"info\",\"room\":\"transcode\",\"about\":\"");
    for (int i = 0; i < 127; i++)
        n += (size_t)sprintf(wanted + n, "\\u0001");
    n += (size_t)sprintf(wanted + n, "\",\"message\":\"");
    for (int i = 0; i < 511; i++)
        n += (size_t)sprintf(wanted + n, "\\u0001");
    sprintf(wanted + n, "\"}\n");
    expect(wanted);

    log_setup(LOG_LEVEL_INFO, false);
    memset(words, 'x', sizeof(words) - 1);
    memcpy(words + 509, "\xe2\x82\xac", 3); /* the cut would fall into it */
    log_info("net", NULL, "%s", words);
    sprintf(wanted, "T info  net: %.509s\n", words);
    expect(wanted);
}

enum { N_THREADS = 4, N_LINES = 200 };

static void *chatter(void *ctx)
{
    for (int i = 0; i < N_LINES; i++)
        log_info("net", NULL, "%s", (const char *)ctx);
    return NULL;
}

/* Lines of several threads never mix. */
static void test_threads(void **state)
{
    (void)state;
    pthread_t threads[N_THREADS];
    char words[N_THREADS][101];
    for (int i = 0; i < N_THREADS; i++) {
        memset(words[i], 'a' + i, 100);
        words[i][100] = '\0';
        assert_int_equal(pthread_create(&threads[i], NULL, chatter, words[i]), 0);
    }
    for (int i = 0; i < N_THREADS; i++)
        pthread_join(threads[i], NULL);
    rewind(file);
    char line[256];
    int count[N_THREADS] = {0};
    while (fgets(line, sizeof(line), file)) {
        assert_int_equal(strlen(line), 24 + strlen(" info  net: ") + 100 + 1);
        const char *word = line + 24 + strlen(" info  net: ");
        int who = word[0] - 'a';
        assert_true(who >= 0 && who < N_THREADS);
        assert_memory_equal(word, words[who], 100);
        count[who]++;
    }
    for (int i = 0; i < N_THREADS; i++)
        assert_int_equal(count[i], N_LINES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_text, begin, end),
        cmocka_unit_test_setup_teardown(test_levels, begin, end),
        cmocka_unit_test(test_level_parse),
        cmocka_unit_test_setup_teardown(test_control_characters, begin, end),
        cmocka_unit_test_setup_teardown(test_priorities_for_the_journal, begin, end),
        cmocka_unit_test_setup_teardown(test_long_lines, begin, end),
        cmocka_unit_test_setup_teardown(test_threads, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
