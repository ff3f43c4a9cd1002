"""Files of Node's own test runner."""
import re
import time

from suite.build import TREES
from suite.process import TOP, run
from suite.report import Job, Result

LONG_FILES = ["player", "slow-link", "archive", "page", "libcamera", "v4l2", "watch", "pull", "ingest", "schedules", "hls", "rpicam",
              "install", "arm64"]  # these start first


def node_jobs(stage, suite, folder, prefix="", pattern="", files=None):
    """A job for each file of tests/SUITE."""
    found = files or sorted((TOP / "tests" / suite).glob("*.test.mjs"))
    found.sort(key=lambda file: LONG_FILES.index(short_name(file)) if short_name(file) in LONG_FILES else 99)
    environment = {"EYELID_BUILD": str(TOP / folder), "TIME_SCALE": str(TREES[folder].scale)}
    only = [f"--test-name-pattern={pattern}"] if pattern else []
    return [node_job(stage, prefix + short_name(file), ["node", "--test", "--test-reporter=tap", *only, str(file)],
                     environment) for file in found]


def short_name(file):
    return file.name.removesuffix(".test.mjs")


def node_job(stage, name, arguments, environment):
    """A result for each test of one file."""
    def work(suffix):
        begin = time.monotonic()
        code, output = run(arguments, f"{stage}-{name}{suffix}", environment=environment, timeout=600)
        results = tap_results(name, output)
        if not results or (code != 0 and all(r.passed for r in results)):
            results.append(Result(f"{name}: the file", False, time.monotonic() - begin, output=output))
        return results
    return Job(stage, name, work)


def tap_results(name, output):
    """Of each test in the TAP of Node's runner, the innermost ones only."""
    results, lines = [], output.splitlines()
    for i, line in enumerate(lines):
        match = re.match(r"( *)(not )?ok \d+ - (.*?)( # (SKIP|TODO).*)?$", line)
        if not match or "does not match pattern" in (match[4] or ""):
            continue
        block = "\n".join(lines[i + 1:i + 8])
        if re.search(r"type: '(suite|file)'", block.split("...")[0]) or match[3].endswith(".test.mjs"):
            continue
        duration = re.search(r"duration_ms: ([\d.]+)", block)
        results.append(Result(f"{name}: {match[3]}{match[4] or ''}", not match[2],
                              float(duration[1]) / 1000 if duration else 0, output=output if match[2] else ""))
    return results
