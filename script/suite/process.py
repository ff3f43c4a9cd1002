"""Starts commands, as jobs and as steps that later ones depend on."""
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from suite.report import TALLY, Job, Result

TOP = Path(__file__).resolve().parent.parent.parent
LOGS = TOP / "build" / "test-logs"
SIDE_BY_SIDE = max(2, os.cpu_count() or 2)
WAITING = 2 * SIDE_BY_SIDE + 1  # of jobs that mostly wait for each other's programs
ENVIRONMENT = {
    "ASAN_OPTIONS": "detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:abort_on_error=1",
    "UBSAN_OPTIONS": "halt_on_error=1:print_stacktrace=1",
    "TSAN_OPTIONS": "halt_on_error=1:second_deadlock_stack=1",
}
WANTED = {}  # stage: the names asked for, none meaning all
OPTIONS = {"rerun": False}
RUNNING = set()  # process groups


def wanted(stage, name):
    names = WANTED[stage]
    return not names or any(f"{name}/".startswith(f"{n}/") or f"{n}/".startswith(f"{name}/") for n in names)


def run(arguments, log, environment=None, cwd=TOP, timeout=1500):
    """The exit code (124 after the timeout) and the output, which also goes to the log."""
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / f"{log.replace('/', '-').replace(' ', '-')}.log").open("w+", errors="replace") as file:
        process = subprocess.Popen(arguments, cwd=cwd, env={**os.environ, **ENVIRONMENT, **(environment or {})},
                                   stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
        RUNNING.add(process.pid)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            code = 124
            file.write("\nran out of time")
        finally:
            end_group(process.pid)  # whatever it left behind, too
            process.wait()
            RUNNING.discard(process.pid)
        file.seek(0)
        return code, file.read()


def end_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def command(stage, name, arguments, again=True, **options):
    """A job that is one command and one test."""
    def work(suffix):
        begin = time.monotonic()
        code, output = run(arguments, f"{stage}-{name}{suffix}", **options)
        return [Result(name, code == 0, time.monotonic() - begin, output=output)]
    return Job(stage, name, work, again)


def step(stage, name, arguments, again=False, **options):
    """A command that later ones depend on. again: it asks the network, so a second try may do."""
    job = command(stage, name, arguments, again=False, **options)
    results = job.work("")
    for turn in ("-again", "-once-more") if again and OPTIONS["rerun"] else ():
        if results[0].passed:
            break
        TALLY.show(stage, results[0])
        results = job.work(turn)
        if results[0].passed:
            TALLY.unsteady.append(f"{stage} {name}")
    TALLY.add(job, results)
    return results[0].passed


def run_jobs(jobs, width=SIDE_BY_SIDE):
    jobs = [job for job in jobs if wanted(job.stage, job.name)]
    if not jobs:
        stage = next(iter(WANTED))
        missing("there is no test of that name" if any(WANTED.values()) else "there are no tests", stage)
    with ThreadPoolExecutor(width) as pool:
        list(pool.map(lambda job: TALLY.add(job, job.work("")), jobs))


def missing(what, stage):
    TALLY.add(Job(stage, what, lambda _: [], again=False), [Result(what, False, 0)])
