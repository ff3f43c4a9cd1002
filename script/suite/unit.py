"""Unit tests: cmocka programs run by meson, and the page's by vitest."""
import json
import re
import subprocess
import time
from pathlib import Path

from suite.build import TREES
from suite.process import LOGS, TOP, WANTED, run
from suite.report import Job, Result


def unit_job(stage, folder):
    """All unit tests, or those asked for; a second run is one of those that failed."""
    names = [name.removeprefix("unit/") for name in WANTED[stage] if name not in ("unit", "page")]
    if stage != "unit":
        names = [name for name in names if f"unit/{name}" in WANTED[stage]]
    if TREES[folder].rooms_left_out and not names:
        names = [name for name in unit_names(folder) if name.split("/")[0] not in TREES[folder].rooms_left_out]
    job = Job(stage, "unit", lambda suffix: unit_results(
        stage, folder, [name.removeprefix("unit ") for name in job.failed] or names, suffix))
    return job


def unit_names(folder):
    told = subprocess.run(["meson", "introspect", "--tests", folder], cwd=TOP, stdout=subprocess.PIPE, check=True)
    return [test["name"] for test in json.loads(told.stdout) if any(s.endswith("unit") for s in test["suite"])]


def unit_results(stage, folder, names, suffix):
    log = TOP / folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    code, output = run(["meson", "test", "-C", folder, "--no-rebuild", "--suite", "unit", "--timeout-multiplier",
                        str(TREES[folder].scale), *names], f"{stage}-unit{suffix}")
    lines = log.read_text().splitlines() if log.exists() else []
    return [unit_result(json.loads(line)) for line in lines] or [Result("unit", False, 0, output=output)]


def unit_result(told):
    text = (told.get("stdout") or "") + (told.get("stderr") or "")
    good = len(re.findall(r"^\[       OK \]", text, re.M))
    if re.search(r"^\[  FAILED  \]", text, re.M):
        text = "\n".join(line for line in text.splitlines() if not re.match(r"\[ RUN|\[       OK|\[=====", line))
    name = told["name"].removeprefix("eyelid:").split(" / ")[-1].strip()
    fine = told["result"] in ("OK", "SKIP")
    return Result(f"unit {name}", fine, told["duration"], good + (0 if fine else 1) or 1, text)


def page_results(suffix):
    report = LOGS / f"unit-page{suffix}.json"
    begin = time.monotonic()
    code, output = run(["npx", "--no-install", "vitest", "run", "--reporter=json", f"--outputFile={report}"],
                       f"unit-page{suffix}", cwd=TOP / "ui")
    if not report.exists():
        return [Result("page", False, time.monotonic() - begin, output=output)]
    results = []
    for file in json.loads(report.read_text())["testResults"]:
        good = sum(a["status"] == "passed" for a in file["assertionResults"])
        bad = [a for a in file["assertionResults"] if a["status"] == "failed"]
        fine = file["status"] == "passed"
        failures = "\n".join(a["fullName"] + "\n" + "\n".join(a["failureMessages"]) for a in bad)
        results.append(Result(f"page {Path(file['name']).name}", fine, (file["endTime"] - file["startTime"]) / 1000,
                              good + (0 if fine else 1), failures or file.get("message", "")))
    return results
