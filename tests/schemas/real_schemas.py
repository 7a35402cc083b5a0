"""The plugin takes every service of google-proto-files, and what it prints
compiles: real_schemas.py --plugin P --options-dir D --include-dir D
--build-dir D [--headers 50] [--seed N]. The npm package is found through
HAWKMOUNT_PROTO_FILES."""

import argparse
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys

SERVICE = re.compile(r"^\s*service\s+\w+\s*\{", re.MULTILINE)


def files_with_services(root):
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)
            if not name.endswith(".proto"):
                continue
            with open(path, encoding="utf-8") as proto:
                if SERVICE.search(proto.read()):
                    found.append(os.path.relpath(path, root))
    return sorted(found)


def imports_of(root, files):
    """The files, and all that they import, but for protobuf's own."""
    seen, waiting = set(), list(files)
    while waiting:
        name = waiting.pop()
        path = os.path.join(root, name)
        if name in seen or not os.path.exists(path):
            continue
        seen.add(name)
        with open(path, encoding="utf-8") as proto:
            waiting += re.findall(
                r'^import\s+(?:public\s+|weak\s+)?"([^"]+)"', proto.read(), re.MULTILINE)
    return sorted(name for name in seen if not name.startswith("google/protobuf/"))


def run(command):
    return subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300)


def generate(arguments, root, files):
    """Runs the plugin on all files, a bundle at a time; the bad ones again."""
    out = os.path.join(arguments.build_dir, "mounts")
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    command = ["protoc", "-I", root, "-I", arguments.options_dir,
               f"--plugin=protoc-gen-hawkmount={arguments.plugin}",
               f"--hawkmount_out={out}"]
    bad = []
    for start in range(0, len(files), 100):
        bundle = files[start:start + 100]
        if run(command + bundle).returncode == 0:
            continue
        for name in bundle:
            result = run(command + [name])
            if result.returncode != 0:
                bad.append(name)
                print(f"{name}: {result.stdout.strip()}")
    return out, bad


def compile_headers(arguments, root, mounts, chosen):
    messages = os.path.join(arguments.build_dir, "messages")
    shutil.rmtree(messages, ignore_errors=True)
    os.makedirs(messages)
    needed = imports_of(root, chosen)
    for start in range(0, len(needed), 200):
        result = run(["protoc", "-I", root, f"--cpp_out={messages}",
                      *needed[start:start + 200]])
        if result.returncode != 0:
            sys.exit(result.stdout)

    def compile_one(name):
        header = name[:-len(".proto")] + ".hawkmount.pb.h"
        result = run(["c++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra",
                      "-Werror", "-x", "c++", "-I", mounts,
                      "-isystem", messages, "-I", arguments.include_dir,
                      os.path.join(mounts, header[:-len(".h")] + ".cc")])
        return name, result

    bad = []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for name, result in pool.map(compile_one, chosen):
            if result.returncode != 0:
                bad.append(name)
                print(f"{name} does not compile:\n{result.stdout[:3000]}")
    return bad


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plugin", required=True)
    parser.add_argument("--options-dir", required=True)
    parser.add_argument("--include-dir", required=True)
    parser.add_argument("--build-dir", required=True)
    parser.add_argument("--headers", type=int, default=50)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    arguments = parser.parse_args()

    root = os.environ.get("HAWKMOUNT_PROTO_FILES", "")
    if not os.path.isdir(os.path.join(root, "google")):
        sys.exit("HAWKMOUNT_PROTO_FILES must name the folder of the npm package "
                 "google-proto-files; ./dev test schemas installs it")
    files = files_with_services(root)
    print(f"{len(files)} files with services, seed {arguments.seed}", flush=True)
    if len(files) < 1600:
        sys.exit("the package has fewer files with services than it should")
    mounts, refused = generate(arguments, root, files)
    print(f"{len(files) - len(refused)} generated, {len(refused)} refused", flush=True)
    chosen = random.Random(arguments.seed).sample(
        [name for name in files if name not in refused], arguments.headers)
    broken = compile_headers(arguments, root, mounts, chosen)
    print(f"{len(chosen) - len(broken)} compiled, {len(broken)} not")
    sys.exit(1 if refused or broken else 0)


main()
