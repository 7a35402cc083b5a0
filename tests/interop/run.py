"""Runs one interop client against one style of hawkmount-interop-server, then
holds the server's metrics against each other."""

import argparse
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))

# The cases of Ruby's client that need no account.
RUBY_CASES = [
    "empty_unary", "large_unary", "client_compressed_unary", "client_streaming",
    "client_compressed_streaming", "server_streaming", "ping_pong",
    "timeout_on_sleeping_server", "empty_stream", "cancel_after_begin",
    "cancel_after_first_response", "unimplemented_method",
    "unimplemented_service", "status_code_and_message", "custom_metadata"
]


def free_port():
    """A port that nobody listens on, out of those that no connection is given
    by itself: nobody has it until the server comes."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port


def wait_for(port, server):
    for _ in range(1200):
        if server.poll() is not None:
            sys.exit(f"the server ended with {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("the server does not listen")


def run_ruby(port, _):
    listed = subprocess.run(["dpkg", "-L", "ruby-grpc"], check=True, text=True,
                            stdout=subprocess.PIPE).stdout.split()
    client = next(path for path in listed if path.endswith("pb/test/client.rb"))
    failed = 0
    for case in RUBY_CASES:
        result = subprocess.run(
            ["ruby", client, "--server_host", "localhost", "--server_port",
             str(port), "--test_case", case],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120)
        print(f"{case}: {'ok' if result.returncode == 0 else 'FAILED'}", flush=True)
        if result.returncode != 0:
            print(result.stdout)
            failed += 1
    print(f"{len(RUBY_CASES) - failed} passed, {failed} failed")
    return failed


def run_python(port, arguments):
    stubs = os.path.join(arguments.build_dir, "python_stubs")
    os.makedirs(stubs, exist_ok=True)
    protos = [os.path.join("grpc/testing", name)
              for name in ("empty.proto", "messages.proto", "test.proto")]
    plugin = "/usr/bin/grpc_python_plugin"
    subprocess.run(
        ["protoc", "-I", arguments.protos, "--python_out", stubs,
         f"--plugin=protoc-gen-grpc_python={plugin}", "--grpc_python_out", stubs,
         *protos], check=True)
    return subprocess.run(
        [sys.executable, os.path.join(HERE, "client.py"), str(port), stubs],
        timeout=600).returncode


def run_node(port, arguments):
    return subprocess.run(
        ["node", os.path.join(HERE, "node", "client.js"), str(port),
         arguments.protos], timeout=600).returncode


def samples(http_port):
    text = urllib.request.urlopen(
        f"http://127.0.0.1:{http_port}/metrics", timeout=60).read().decode()
    found = {}
    for line in text.splitlines():
        match = re.fullmatch(r'(\w+)\{method="([^"]+)"[^}]*\} (\S+)', line)
        if match:
            key = (match[1], match[2])
            found[key] = found.get(key, 0) + float(match[3])
    return found


def check_books(http_port):
    """Every call that began has ended, and is counted once."""
    for attempt in range(600):
        found = samples(http_port)
        started = {method: value for (name, method), value in found.items()
                   if name == "hawkapi_grpc_requests_started_total"}
        wrong = [
            f"{method}: started {value}, "
            f"ended {found[('hawkapi_grpc_requests_total', method)]}, in flight "
            f"{found[('hawkapi_grpc_requests_in_flight', method)]}"
            for method, value in started.items()
            if found[("hawkapi_grpc_requests_total", method)] != value or
            found[("hawkapi_grpc_requests_in_flight", method)] != 0]
        if not wrong:
            break
        time.sleep(0.1)
    if sum(started.values()) == 0:
        wrong.append("nothing was counted")
    for line in wrong:
        print(line)
    return len(wrong)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--protos", required=True)
    parser.add_argument("--build-dir", required=True)
    parser.add_argument("--style", required=True)
    parser.add_argument("--client", required=True)
    parser.add_argument("--observability", default="on")
    arguments = parser.parse_args()

    port, http_port = free_port(), free_port()
    log = os.path.join(
        arguments.build_dir,
        f"server.{arguments.client}.{arguments.style}.{arguments.observability}.log")
    with open(log, "wb") as output:
        server = subprocess.Popen(
            [arguments.server, f"--port={port}", f"--http-port={http_port}",
             f"--style={arguments.style}",
             f"--observability={arguments.observability}"], stdout=output)
    try:
        wait_for(port, server)
        client = {"ruby": run_ruby, "python": run_python, "node": run_node}
        failed = client[arguments.client](port, arguments)
        if arguments.observability == "on":
            failed += check_books(http_port)
        server.send_signal(signal.SIGTERM)
        if server.wait(timeout=60) != 0:
            print(f"the server ended with {server.returncode}")
            failed += 1
    finally:
        server.kill()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
