"""What clients that are not ours are told of the errors of docs/examples/errors:
check.py --server SERVER --protos FOLDER --build-dir FOLDER --client python|ruby."""

import argparse
import json
import os
import signal
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))
import run  # noqa: E402

BOOKS = [["Emma", 3], ["Emma", 0], ["Ulysses", 3], ["Lolita", 3], ["Dune", 3]]
TOLD = [
    ["OK", "", {}],
    ["INVALID_ARGUMENT", "the request is not valid", {
        "BadRequest": {"fieldViolations": [
            {"field": "days", "description": "must be 1 to 30"}]},
        "RequestInfo": {"requestId": "id-of-Emma"}}],
    ["UNAVAILABLE", "the catalogue is busy", {
        "RetryInfo": {"retryDelay": "1.500s"},
        "RequestInfo": {"requestId": "id-of-Ulysses"}}],
    ["UNKNOWN", "the handler threw an exception", {}],
    ["NOT_FOUND", "there is no book of this title", {
        "ErrorInfo": {"reason": "NO_SUCH_BOOK", "domain": "library.acme.com",
                      "metadata": {"title": "Dune"}},
        "RequestInfo": {"requestId": "id-of-Dune"}}],
]
SECRETS = ("swordfish", "db7.internal")


def command(client, port, protos, build_dir):
    stubs = os.path.join(build_dir, f"{client}_library")
    os.makedirs(stubs, exist_ok=True)
    subprocess.run(
        ["protoc", "-I", protos, "-I", HERE, f"--{client}_out", stubs,
         f"--plugin=protoc-gen-stubs=/usr/bin/grpc_{client}_plugin",
         "--stubs_out", stubs, "library.proto",
         *(["error_details.proto"] if client == "python" else [])], check=True)
    interpreter = sys.executable if client == "python" else "ruby"
    name = {"python": "client.py", "ruby": "client.rb"}[client]
    return [interpreter, os.path.join(HERE, name), str(port), stubs]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--server", "--protos", "--build-dir", "--client"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    port = run.free_port()
    server = subprocess.Popen(
        [arguments.server, str(port)], stdout=subprocess.PIPE, text=True)
    try:
        run.wait_for(port, server)
        client = subprocess.run(
            command(arguments.client, port, arguments.protos, arguments.build_dir),
            input=json.dumps(BOOKS), stdout=subprocess.PIPE, text=True, timeout=120,
            check=True)
        server.send_signal(signal.SIGTERM)
        log, _ = server.communicate(timeout=60)
    finally:
        server.kill()
    told = [json.loads(line) for line in client.stdout.splitlines()]
    failures = [f"{book}: was told {got}, not {wanted}"
                for book, got, wanted in zip(BOOKS, told, TOLD) if got != wanted]
    if len(told) != len(TOLD):
        failures.append(f"{len(told)} answers to {len(TOLD)} calls")
    failures += [f"the {where} has {secret}" for secret in SECRETS
                 for where, text in (("wire", client.stdout), ("log", log))
                 if secret in text]
    if '"exception":"std::runtime_error"' not in log:
        failures.append("the log does not tell of the exception")
    for failure in failures:
        print(failure)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
