"""Build folders, each configured and built once in a run."""
import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from suite.process import TOP, step


@dataclass
class Tree:
    """A build folder. scale: how much slower its programs are, for the patience of tests. rooms_left_out: their
    unit tests are neither built nor run there."""
    options: list
    compiler: str = ""
    scale: int = 1
    rooms_left_out: frozenset = frozenset()


# ThreadSanitizer has nothing to say of what runs on the loop alone: of parsers, rules, and the agent of devices.
LOOP_ONLY_ROOMS = frozenset({"media", "codec", "watch", "schedule", "cert", "access", "camera", "push", "pull", "api",
                             "device", "firmware", "fakecam", "helper", "admin", "fuzz"})

TREES = {
    "build": Tree([]),
    "build-asan": Tree(["-Doptimization=1", "-Dfuzz=true", "-Db_sanitize=address,undefined", "-Db_lundef=false"], "clang", 3),
    "build-tsan": Tree(["-Doptimization=1", "-Db_sanitize=thread", "-Db_lundef=false"], "clang", 5, LOOP_ONLY_ROOMS),
}
LINKER = {"CC_LD": "lld", "CXX_LD": "lld"}  # every tree links more than 200 programs

DONE = {}  # what was tried in this run: folder or step, and whether it stands


def once(key, attempt):
    if key not in DONE:
        DONE[key] = attempt()
    return DONE[key]


def build(stage, folder):
    """Configures and builds a folder, once; True when it stands. The page is built in the first one."""
    if folder == "build":
        return once(folder, lambda: build_tree(stage, folder, []) and hand_out_page())
    return build(stage, "build") and once(folder, lambda: build_tree(stage, folder, ["-Dui=prebuilt"]))


def build_tree(stage, folder, more):
    tree, path = TREES[folder], TOP / folder
    options = ["-Dtests=enabled", *more, *tree.options]
    compiler = f"{'ccache ' if shutil.which('ccache') else ''}{tree.compiler}"
    environment = {**LINKER, **({"CC": compiler, "CXX": compiler + "++"} if tree.compiler else {})}
    # A folder that was configured otherwise, such as by script/demo, is configured again.
    known = path / "test-options"
    if not known.exists() or known.read_text() != " ".join(options):
        again = ["--reconfigure"] if (path / "build.ninja").exists() else []
        if not step(stage, f"configure {folder}", ["meson", "setup", *again, str(path), *options],
                    environment=environment):
            return False
        known.write_text(" ".join(options))
    targets = targets_without(path, tree.rooms_left_out) if tree.rooms_left_out else []
    return step(stage, f"build {folder}", ["ninja", "-C", str(path), *targets])


def targets_without(path, rooms):
    """What ninja makes by default, without the unit tests and fuzz targets of these rooms."""
    # An older folder does not know of new targets before it is configured again.
    subprocess.run(["ninja", "-C", str(path), "build.ninja"], stdout=subprocess.DEVNULL, check=True)
    told = subprocess.run(["meson", "introspect", "--targets", str(path)], stdout=subprocess.PIPE, check=True)
    return [str(Path(file).relative_to(path)) for target in json.loads(told.stdout) if target["build_by_default"]
            and not ("tests" in Path(target["defined_in"]).parts and Path(target["defined_in"]).parent.name in rooms)
            for file in target["filename"]]


def hand_out_page():
    """The other folders take the page from ui/dist."""
    shutil.rmtree(TOP / "ui" / "dist", ignore_errors=True)
    shutil.copytree(TOP / "build" / "ui" / "dist", TOP / "ui" / "dist")
    return True


def npm_install(stage, folder):
    """Installs what package-lock.json names, where that has changed since."""
    def attempt():
        lock, done = TOP / folder / "package-lock.json", TOP / folder / "node_modules" / ".package-lock.json"
        if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
            return True
        fine = step(stage, f"npm ci in {folder}", ["npm", "ci", "--no-audit", "--no-fund"], again=True,
                    cwd=TOP / folder)
        if fine and done.exists():
            os.utime(done)
        return fine
    return once(f"npm {folder}", attempt)
