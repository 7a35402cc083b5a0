#!/usr/bin/env python3
"""Compiles a file and checks what the compiler says.

A file with lines `// EXPECT: text` must not compile, and the diagnostics must
hold each text; no `// REJECT: text` may be among them. A file without EXPECT
must compile without a warning. `// FLAGS: ...` are for this file alone.

  check.py FILE COMPILER [FLAGS...]
"""

import re
import subprocess
import sys


def marks(source, word):
    return re.findall(rf"^// {word}: (.*)$", source, re.MULTILINE)


def compile_file(path, compiler, flags, whole):
    how = ["-c", "-o", "/dev/null"] if whole else ["-fsyntax-only"]
    command = [compiler, *how, *flags, path]
    result = subprocess.run(
        command, text=True, capture_output=True, timeout=300, check=False
    )
    return result.returncode, result.stdout + result.stderr


def faults(source, returncode, diagnostics):
    expected = marks(source, "EXPECT")
    if not expected:
        if returncode != 0:
            yield "must compile, and does not"
        elif diagnostics.strip():
            yield "must compile without a warning"
        return
    if returncode == 0:
        yield "must not compile, and does"
    # Compilers quote pieces of the source, which hold the marks themselves.
    said = "\n".join(
        line
        for line in diagnostics.splitlines()
        if "EXPECT:" not in line and "REJECT:" not in line
    )
    for text in expected:
        if text not in said:
            yield f"the compiler does not say: {text}"
    for text in marks(source, "REJECT"):
        if text in said:
            yield f"the compiler must not say: {text}"


def main(path, compiler, *flags):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    own = " ".join(marks(source, "FLAGS")).split()
    # Some warnings come late.
    whole = not marks(source, "EXPECT")
    returncode, diagnostics = compile_file(
        path, compiler, [*flags, *own], whole
    )
    found = list(faults(source, returncode, diagnostics))
    if found:
        print(diagnostics)
    for fault in found:
        print(f"{path}: {fault}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
