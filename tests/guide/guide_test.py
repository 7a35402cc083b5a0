"""What the guides show is what there is: their C++ is that of files that are
compiled; their schemas and policies are generated from; the options that they
name are in the public headers, and the findings are the doctor's."""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
GUIDES = [
    ROOT / "docs/guide.md",
    ROOT / "docs/http.md",
    *sorted((ROOT / "docs/guide").glob("*.md")),
]
COMPILED = [
    ROOT / "tests/guide/pieces.cc",
    ROOT / "tests/e2e/interceptors_guide_test.cc",
    ROOT / "tests/e2e/policy_test.cc",
    *sorted((ROOT / "docs/examples").glob("*/*.cc")),
    ROOT / "tests/e2e/testing/kit_guide_test.cc",
    *sorted((ROOT / "golden").glob("*.h")),
]
FAILURES = []


def expect(condition, what):
    if not condition:
        FAILURES.append(what)


def blocks(guide, language):
    text = guide.read_text(encoding="utf-8")
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.S | re.M)
    return [block for name, block in fenced if name == language]


def bare(code):
    """Without what clang-format may change."""
    return re.sub(r"\s", "", code)


def check_cpp():
    compiled = "\n".join(bare(path.read_text(encoding="utf-8")) for path in COMPILED)
    count = 0
    for guide in GUIDES:
        for block in blocks(guide, "cpp"):
            for piece in re.split(r"^\.\.\.$", block, flags=re.M):
                count += 1
                expect(
                    bare(piece) in compiled,
                    f"{guide.name}: not in tests/guide/pieces.cc or docs/examples:\n{piece}",
                )
    expect(count > 10, f"only {count} pieces of C++")
    print(f"{count} pieces of C++")


class Plugin:
    def __init__(self, path, work):
        self.path, self.work = path, work

    def accepts(self, schema, options=""):
        """What it says of a schema that it refuses."""
        (self.work / "guide.proto").write_text(schema, encoding="utf-8")
        result = subprocess.run(
            [
                "protoc",
                f"--plugin=protoc-gen-hawkmount={self.path}",
                f"--proto_path={self.work}",
                f"--proto_path={ROOT / 'proto'}",
                f"--hawkmount_out={self.work}",
                f"--hawkmount_opt={options}",
                "guide.proto",
            ],
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        return result.stderr if result.returncode else ""


def whole(piece):
    """A schema around a piece of one, with the messages that it leaves out."""
    names = sorted(set(re.findall(r"\b\w+(?:Request|Response)\b", piece)))
    return (
        'syntax = "proto3";\npackage acme.greeter.v1;\n'
        + piece
        + "}\n" * (piece.count("{") - piece.count("}"))
        + "".join(f"message {name} {{}}\n" for name in names)
    )


def check_schemas(plugin):
    # What golden/ comes from is generated from already.
    golden = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((ROOT / "testdata").glob("*.proto"))
    )
    count = 0
    for guide in GUIDES:
        for piece in blocks(guide, "proto"):
            count += 1
            if piece in golden:
                continue
            said = plugin.accepts(whole(piece))
            expect(not said, f"{guide.name}: {said}")
    greeter = whole(
        "service Greeter { rpc SayHello(SayHelloRequest) returns"
        " (SayHelloResponse); }"
    )
    for guide in GUIDES:
        for policy in blocks(guide, ""):
            if "hawkmount.Policy" not in policy:
                continue
            count += 1
            file = plugin.work / "policy"
            file.write_text(policy, encoding="utf-8")
            said = plugin.accepts(greeter, f"policy={file}")
            expect(not said, f"{guide.name}: {said}")
    expect(count >= 4, f"only {count} schemas and policies")
    print(f"{count} schemas and policies")


def check_names():
    """Members that the guides name as `Struct::member` are there."""
    headers = "".join(
        path.read_text(encoding="utf-8")
        for path in [
            *sorted((ROOT / "runtime/include/hawkmount").glob("*.h")),
            *sorted((ROOT / "runtime/include/hawkmount/testing").glob("*.h")),
        ]
    )
    count = 0
    for guide in GUIDES:
        text = guide.read_text(encoding="utf-8")
        for scope, member in re.findall(r"`([A-Z]\w+)::(\w+)", text):
            if scope.startswith("Greeter"):
                continue  # generated
            body = re.search(
                rf"^(?:struct|class) (?:\[\[\w+\]\] )?{scope}\b[^;]*?{{$(.*?)^}};", headers, re.S | re.M
            )
            count += 1
            expect(
                body and re.search(rf"\b{member}\b", body[1]),
                f"{guide.name}: there is no {scope}::{member}",
            )
    expect(count > 20, f"only {count} names")
    print(f"{count} names")


def check_doctor():
    """The doctor's findings are those of its table."""
    doctor = (ROOT / "runtime/src/app/doctor.cc").read_text(encoding="utf-8")
    lifecycle = (ROOT / "docs/guide/lifecycle.md").read_text(encoding="utf-8")
    table = lifecycle.split("## The doctor")[1]
    told = set(re.findall(r"^\| `([a-z-]+)` \|", table, re.M))
    found = set(re.findall(r'(?:Add\(|\{)\s*"([a-z-]+)",', doctor))
    expect(told == found, f"lifecycle.md: doctor: {sorted(told ^ found)}")
    expect(told, "lifecycle.md: no table of the doctor's")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--plugin", required=True)
    arguments = parser.parse_args()
    check_cpp()
    check_names()
    check_doctor()
    with tempfile.TemporaryDirectory() as work:
        check_schemas(Plugin(arguments.plugin, pathlib.Path(work)))
    if FAILURES:
        sys.exit("\n".join(FAILURES))


main()
