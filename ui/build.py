#!/usr/bin/env python3
"""Builds the page with npm and writes what it depends on for ninja. Fetches packages only when
package-lock.json is newer than what is installed; works offline after that."""

import argparse
import fcntl
import os
import shutil
import subprocess
import sys

SOURCES = ["src", "public", "vite"]
FILES = ["index.html", "view.html", "vite.config.ts", "tsconfig.json", "package-lock.json", ".npmrc"]


def run(npm_args, source):
    result = subprocess.run(
        npm_args, cwd=source, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if result.returncode != 0:
        sys.exit(f"{' '.join(npm_args)} failed in {source}:\n{result.stdout}")


def install(npm, source):
    lock = os.path.join(source, "package-lock.json")
    # npm writes it last: it says what stands in node_modules.
    done = os.path.join(source, "node_modules", ".package-lock.json")
    with open(lock, encoding="utf-8") as held:
        fcntl.flock(held, fcntl.LOCK_EX)  # several build folders share node_modules
        if os.path.exists(done) and os.path.getmtime(done) >= os.path.getmtime(lock):
            return
        run([npm, "ci", "--no-audit", "--no-fund"], source)
        os.utime(done)


def dependencies(source):
    found = [os.path.join(source, name) for name in FILES]
    for folder in SOURCES:
        for here, _, names in os.walk(os.path.join(source, folder)):
            found.append(here)  # a new file changes its folder
            found += [os.path.join(here, name) for name in names]
    return [path.replace(" ", "\\ ") for path in found if os.path.exists(path)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--npm", required=True)
    parser.add_argument("--source", required=True, help="the ui folder")
    parser.add_argument("--dist", required=True, help="folder to build into")
    parser.add_argument("--output", required=True, help="C source to write")
    parser.add_argument("--depfile", required=True)
    args = parser.parse_args()

    install(args.npm, args.source)
    shutil.rmtree(args.dist, ignore_errors=True)
    vite = [args.npm, "exec", "--offline", "--", "vite", "build", "--logLevel", "warn"]
    run(vite + ["--outDir", os.path.abspath(args.dist), "--emptyOutDir"], args.source)
    embed = os.path.join(args.source, "embed.py")
    subprocess.run([sys.executable, embed, args.dist, args.output], check=True)
    with open(args.depfile, "w", encoding="utf-8") as file:
        file.write(f"{args.output}: {' '.join(dependencies(args.source))}\n")


if __name__ == "__main__":
    main()
