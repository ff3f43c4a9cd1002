"""The stages of script/test: each builds what it needs and runs its jobs."""
import os
import re

from suite.build import TREES, build, npm_install, once
from suite.node import LONG_FILES, node_job, node_jobs, short_name
from suite.process import LOGS, SIDE_BY_SIDE, TOP, WAITING, WANTED, command, run, run_jobs, step, wanted
from suite.report import TALLY, Job, Result
from suite.unit import page_results, unit_job

QUICK = ["build", "unit", "flow", "smoke", "asan", "replay", "changed"]
ALL = ["build", "unit", "flow", "browser", "vm", "package", "asan", "tsan", "fuzz", "lint"]
STAGES = [*QUICK, *(stage for stage in ALL if stage not in QUICK)]
NEED_EVERYTHING = {"browser", "vm", "package", "tsan", "lint"}  # of script/deps
VM_SCALE = 8  # how much slower the emulated processor is


def stage_build():
    build("build", "build-asan")


def stage_unit():
    jobs = []
    if WANTED["unit"] != ["page"] and build("unit", "build"):
        jobs.append(unit_job("unit", "build"))
    if (not WANTED["unit"] or "page" in WANTED["unit"]) and npm_install("unit", "ui"):
        jobs.append(Job("unit", "page", page_results))
    for job in jobs:
        TALLY.add(job, job.work(""))


def stage_flow():
    if build("flow", "build") and npm_install("flow", "tests"):
        run_jobs(node_jobs("flow", "flow", "build"), WAITING)


def stage_smoke():
    if build("smoke", "build") and npm_install("smoke", "tests"):
        run_jobs(node_jobs("smoke", "browser", "build", pattern="^chromium:",
                           files=[TOP / "tests/browser/page.test.mjs"]))


def stage_browser():
    if build("browser", "build") and npm_install("browser", "tests"):
        run_jobs(node_jobs("browser", "browser", "build"), SIDE_BY_SIDE + 1)


# --- Scenarios in the virtual machine. Where it cannot run, that is a failure. ---

PLAIN = {"drivers", "server"}  # the first runs no program of ours, the second proves the uninstrumented build


def prepare_machine(stage):
    return npm_install(stage, "tests") and once("machine", lambda: step(
        stage, "prepare the virtual machine", ["tests/vm/prepare"], again=True))


def scenario_job(stage, file, folder, prefix=""):
    """The scale of the machine comes on top of the folder's."""
    name = prefix + short_name(file)
    logs = LOGS / f"{stage}-{name}-machine".replace("/", "-")
    return node_job(stage, name, ["tests/vm/scenario", str(file), str(logs)],
                    {"EYELID_BUILD": str(TOP / folder), "TIME_SCALE": str(VM_SCALE * TREES[folder].scale)})


def stage_vm():
    if build("vm", "build-asan") and prepare_machine("vm"):
        files = sorted((TOP / "tests" / "vm").glob("*.test.mjs"), key=lambda file: short_name(file) not in LONG_FILES)
        scenarios = [scenario_job("vm", file, "build" if short_name(file) in PLAIN else "build-asan") for file in files]
        run_jobs([*scenarios, *node_jobs("vm", "vm/host", "build", prefix="host/")])


# --- Packages. ---

def stage_package():
    # The mock camera and the version to compare with are the build folder's.
    if build("package", "build") and npm_install("package", "tests") and step(
            "package", "script/package", ["script/package", "--page", "ui/dist"], again=True):
        run_jobs(node_jobs("package", "package", "build"))


# --- Sanitizers. ---

# Flow tests of what runs on the loop alone; see LOOP_ONLY_ROOMS.
LOOP_ONLY_FILES = {"accounts", "adopt", "api-http", "control", "fakecam", "https", "layout", "metrics", "motion",
                   "proxies", "siege", "slow-link"}


def sanitizer_stage(stage, scenario=None, files_left_out=frozenset()):
    folder = f"build-{stage}"
    if not build(stage, folder) or not npm_install(stage, "tests"):
        return
    jobs = [job for job in node_jobs(stage, "flow", folder, prefix="flow/")
            if WANTED[stage] or job.name.removeprefix("flow/") not in files_left_out]
    if wanted(stage, "unit"):
        jobs.insert(0, unit_job(stage, folder))
    if scenario and wanted(stage, f"vm/{scenario}") and prepare_machine(stage):
        jobs.insert(0, scenario_job(stage, TOP / "tests" / "vm" / f"{scenario}.test.mjs", folder, prefix="vm/"))
    run_jobs(jobs, WAITING)


def stage_asan():
    sanitizer_stage("asan", files_left_out={"slow-link"})  # it is about the network's time


def stage_tsan():
    sanitizer_stage("tsan", "v4l2", LOOP_ONLY_FILES)  # v4l2: threads that share memory with a driver


# --- Fuzzing. A finding stands: it is not run again. ---

def fuzz_jobs(stage, options):
    for target in sorted(p for p in (TOP / "build-asan/tests/fuzz").glob("fuzz_*") if p.is_file()):
        name = target.name.removeprefix("fuzz_")
        found = LOGS / f"{stage}-{name}"  # what it finds stays there
        found.mkdir(parents=True, exist_ok=True)
        corpus = TOP / "tests" / "fuzz" / "corpus" / name
        seeds = [str(corpus)] if corpus.is_dir() else []
        yield command(stage, name, [str(target), *options, "-timeout=10", "-rss_limit_mb=1024", "-verbosity=0",
                                    f"-artifact_prefix={found}/", str(found), *seeds], again=False)


def stage_fuzz():
    if build("fuzz", "build-asan"):
        seconds = os.environ.get("FUZZ_SECONDS", "3")
        run_jobs(list(fuzz_jobs("fuzz", [f"-max_total_time={seconds}", "-print_final_stats=1"])))


def stage_replay():
    if build("replay", "build-asan"):
        run_jobs(list(fuzz_jobs("replay", ["-runs=0"])))


# --- Static checks. ---

def lint_results(stage, options, suffix):
    code, output = run(["nice", "script/lint", "--machine", *options], f"{stage}{suffix}")
    results = []
    for verdict, name, seconds in re.findall(r"^(ok|FAIL) (.+?) ([\d.]+)s$", output, re.M):
        log = LOGS / f"lint-{name}.log"
        results.append(Result(name, verdict == "ok", float(seconds), output=log.read_text() if log.exists() else ""))
    return results or [Result("script/lint", False, 0, output=output)]


def lint_stage(stage, options):
    job = Job(stage, "lint", lambda suffix: lint_results(stage, [*options, *WANTED[stage]], suffix), again=False)
    TALLY.add(job, job.work(""))


def stage_lint():
    """clang-tidy looks at what was changed lately; script/lint by itself and script/soak look at everything."""
    lint_stage("lint", ["--tidy-changed"])


def stage_changed():
    lint_stage("changed", ["--changed"])
