#!/usr/bin/env python3
"""embed.py FILE NAME OUT: the bytes of FILE as a C array NAME in the header OUT."""
import sys

source, name, out = sys.argv[1:]
data = open(source, "rb").read()
lines = (", ".join(str(b) for b in data[i : i + 24]) for i in range(0, len(data), 24))
with open(out, "w") as header:
    header.write(f"/* Made by embed.py. */\nstatic const unsigned char {name}[] = {{\n")
    header.write(",\n".join(lines))
    header.write("};\n")
