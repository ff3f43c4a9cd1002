#!/usr/bin/env python3
"""Writes the built page as a C source: a table of gzip'ed files (see assets.h)."""

import argparse
import gzip
import hashlib
import os
import re
import sys

CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".png": "image/png",
}

# Compressed, in bytes: the page is for phones, too. The first is of what index.html loads at once,
# the second of each part that is loaded when it is first shown, with what only it needs.
PAGE_LIMIT_BYTES = 45 * 1024
PART_LIMIT_BYTES = 60 * 1024

HASHED = re.compile(r"^/assets/.*-[A-Za-z0-9_-]{8}\.\w+$")


def files_below(folder):
    for here, _, names in os.walk(folder):
        for name in names:
            full = os.path.join(here, name)
            yield "/" + os.path.relpath(full, folder).replace(os.sep, "/"), full


def c_bytes(data):
    lines = []
    for at in range(0, len(data), 20):
        lines.append("    " + ", ".join(str(byte) for byte in data[at : at + 20]) + ",")
    return "\n".join(lines)


def check_sizes(dist, sizes):
    with open(os.path.join(dist, "index.html"), encoding="utf-8") as file:
        named = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', file.read())
    page = ["/index.html"] + ["/" + name for name in named if not name.endswith(".png")]
    page_bytes = sum(sizes[path] for path in page)
    if page_bytes > PAGE_LIMIT_BYTES:
        sys.exit(f"the page is {page_bytes} bytes, compressed; its limit is {PAGE_LIMIT_BYTES}")
    for path, size in sizes.items():
        if size > PART_LIMIT_BYTES:
            sys.exit(f"{path} is {size} bytes, compressed; the limit of a part is {PART_LIMIT_BYTES}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("dist", help="folder that the page was built into")
    parser.add_argument("output", help="C source to write")
    args = parser.parse_args()

    arrays, rows, sizes = [], [], {}
    for path, full in sorted(files_below(args.dist), key=lambda file: file[0].encode()):
        content_type = CONTENT_TYPES.get(os.path.splitext(path)[1])
        if content_type is None:
            sys.exit(f"{full}: embed.py knows no content type for it")
        with open(full, "rb") as file:
            plain = file.read()
        packed = gzip.compress(plain, 9, mtime=0)
        sizes[path] = len(packed)
        etag = hashlib.sha256(plain).hexdigest()[:16]
        immutable = "true" if HASHED.match(path) else "false"
        arrays.append(
            f"static const unsigned char file_{len(rows)}[] = {{\n{c_bytes(packed)}\n}};\n"
        )
        rows.append(
            f'    {{"{path}", "{content_type}", "\\"{etag}\\"", file_{len(rows)}, '
            f"sizeof(file_{len(rows)}), {immutable}}},"
        )
    if not any('"/index.html"' in row for row in rows):
        sys.exit(f"{args.dist}: there is no page in it (index.html is missing)")

    check_sizes(args.dist, sizes)

    text = (
        "/* Written by ui/embed.py. */\n"
        '#include "ui/assets.h"\n\n'
        + "\n".join(arrays)
        + "\nconst struct asset assets[] = {\n"
        + "\n".join(rows)
        + "\n};\nconst size_t assets_count = sizeof(assets) / sizeof(*assets);\n"
    )
    with open(args.output, "w", encoding="ascii") as file:
        file.write(text)


if __name__ == "__main__":
    main()
