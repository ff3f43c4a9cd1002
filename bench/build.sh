# What script/bench and script/soak begin with, in the top folder: a release build and the npm packages.
# shellcheck shell=bash
export EYELID_BUILD=build-bench
[ -f build-bench/build.ninja ] || meson setup build-bench --buildtype=release -Dbench=true >/dev/null
ninja -C build-bench >/dev/null
[ -d tests/node_modules ] || npm --prefix tests ci --no-audit --no-fund >/dev/null
