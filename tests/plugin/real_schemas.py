#!/usr/bin/env python3
"""Runs the plugin over Google's own schemas, and compiles some of the output.

The schemas are those of the npm package google-proto-files, in the directory
that is given, or else in $HAWKMOUNT_PROTO_FILES. The plugin must print code for
every file that has a service. Of these, some are chosen by a seed: each must
come out the same when it is generated alone, and compile with all warnings as
errors. To repeat a run, give the seed that it printed.
"""

import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import re
import subprocess
import sys
import tempfile

SERVICE = re.compile(rb"^\s*service\s+\w+\s*\{", re.MULTILINE)
IMPORT = re.compile(r'^\s*import\s+(?:public\s+|weak\s+)?"([^"]+)"\s*;', re.MULTILINE)
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
# As many as there were when this was written, less some that may go.
LEAST_FILES = 1600


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("schemas", nargs="?", default=os.environ.get("HAWKMOUNT_PROTO_FILES"))
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--protoc", default="protoc")
    parser.add_argument("--include", required=True, help="the runtime's headers")
    parser.add_argument("--cxx", default="c++")
    parser.add_argument("--compile", type=int, default=50, metavar="N")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()
    if not arguments.schemas:
        sys.exit(
            "real_schemas: no schemas. `./dev test` installs them; or say where the npm "
            "package google-proto-files lies, in HAWKMOUNT_PROTO_FILES")
    if not os.path.isdir(arguments.schemas):
        sys.exit(f"real_schemas: {arguments.schemas} is no directory")
    return arguments


def run(command):
    """Returns what went wrong, or nothing."""
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    return "" if done.returncode == 0 else done.stderr.strip() or f"exit {done.returncode}"


def in_parallel(function, items):
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return list(pool.map(function, items))


class Schemas:
    def __init__(self, arguments, out):
        self.root = pathlib.Path(arguments.schemas)
        self.arguments = arguments
        self.out = out

    def with_services(self):
        files = (path for path in self.root.rglob("*.proto") if SERVICE.search(path.read_bytes()))
        return sorted(str(path.relative_to(self.root)) for path in files)

    def generate(self, files, out):
        return run([
            self.arguments.protoc, f"-I{self.root}",
            f"--plugin=protoc-gen-hawkmount={self.arguments.plugin}",
            f"--hawkmount_out={out}", *files])

    def generate_directory(self, files):
        """Returns the failures, by file."""
        if not self.generate(files, self.out / "all"):
            return {}
        failures = {file: self.generate([file], self.out / "all") for file in files}
        return {file: failure for file, failure in failures.items() if failure}

    def imports_of(self, file, seen):
        """All but protobuf's own, which are compiled into its library."""
        if file in seen or file.startswith("google/protobuf/"):
            return
        seen.add(file)
        text = (self.root / file).read_text(errors="replace")
        for imported in IMPORT.findall(text):
            self.imports_of(imported, seen)

    def differs_alone(self, file):
        out = self.out / "alone"
        failure = self.generate([file], out)
        for extension in (".hawkmount.pb.h", ".hawkmount.pb.cc"):
            name = file.removesuffix(".proto") + extension
            if not failure and (out / name).read_bytes() != (self.out / "all" / name).read_bytes():
                failure = f"{name} comes out another way when generated alone"
        return failure

    def make_messages(self, files):
        needed = set()
        for file in files:
            self.imports_of(file, needed)
        return run([
            self.arguments.protoc, f"-I{self.root}",
            f"--cpp_out={self.out / 'messages'}", *sorted(needed)])

    def compile(self, file):
        source = self.out / "all" / (file.removesuffix(".proto") + ".hawkmount.pb.cc")
        return run([
            self.arguments.cxx, "-std=c++20", "-fsyntax-only", *WARNINGS,
            f"-I{self.out / 'all'}", f"-I{self.arguments.include}",
            "-isystem", self.out / "messages", source])


def report(failures):
    for file, failure in failures:
        print(f"FAILED {file}:\n{failure}\n")
    return bool(failures)


def main():
    arguments = parse_arguments()
    print(f"seed {arguments.seed}", flush=True)
    failed = False
    with tempfile.TemporaryDirectory() as directory:
        out = pathlib.Path(directory)
        for name in ("all", "alone", "messages"):
            (out / name).mkdir()
        schemas = Schemas(arguments, out)

        files = schemas.with_services()
        by_directory = collections.defaultdict(list)
        for file in files:
            by_directory[os.path.dirname(file)].append(file)
        failures = collections.ChainMap(
            *in_parallel(schemas.generate_directory, by_directory.values()))
        print(f"{len(files)} files with services, {len(files) - len(failures)} generated", flush=True)
        failed |= report(sorted(failures.items()))
        if len(files) < LEAST_FILES:
            print(f"FAILED: fewer than {LEAST_FILES}. Is that all of google-proto-files?")
            failed = True

        generated = [file for file in files if file not in failures]
        chosen = random.Random(arguments.seed).sample(
            generated, min(arguments.compile, len(generated)))
        different = [(f, d) for f, d in zip(chosen, in_parallel(schemas.differs_alone, chosen)) if d]
        print(f"{len(chosen)} chosen, {len(chosen) - len(different)} the same when alone", flush=True)
        failed |= report(different)

        failure = schemas.make_messages(chosen)
        if failure:
            sys.exit(f"FAILED: protoc --cpp_out:\n{failure}")
        broken = [(f, e) for f, e in zip(chosen, in_parallel(schemas.compile, chosen)) if e]
        print(f"{len(chosen)} chosen, {len(chosen) - len(broken)} compile with "
              f"{' '.join(WARNINGS)}", flush=True)
        failed |= report(broken)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
