"""Runs the example with the flags of the manifest in docs/guide/kubernetes.md,
asks what its probes ask, and ends it as Kubernetes does."""

import argparse
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from processes import PATIENCE, free_ports


def need(condition, what):
    if not condition:
        sys.exit(what)


def status_of(port, path):
    """What an HTTP probe sees: a status, or 0 where nobody answers."""
    try:
        url = f"http://127.0.0.1:{port}{path}"
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


class Manifest:
    """What the test wants of it, by the names that it has there."""

    def __init__(self, guide):
        with open(guide, encoding="utf-8") as file:
            yaml = re.search(r"```yaml\n(.*?)```", file.read(), re.DOTALL).group(1)
        self.delay = float(re.search(r"--drain-delay=(\S+)", yaml).group(1))
        block = re.search(r"args:\n((?: +- --\S+\n)+)", yaml).group(1)
        self.flags = re.findall(r"- (--\S+)", block)
        self.patience = int(
            re.search(r"terminationGracePeriodSeconds: (\d+)", yaml).group(1)
        )
        self.probes = dict(
            re.findall(r"(\w+Probe):\n +httpGet: \{path: (\S+?), port: http\}", yaml)
        )
        ports = dict(re.findall(r"\{name: (\w+), containerPort: (\d+)\}", yaml))
        # Flags, ports and the scraper's annotation are about the same ports.
        need(f"--port={ports['grpc']}" in self.flags, "the port of gRPC differs")
        need(f"--http-port={ports['http']}" in self.flags, "the HTTP port differs")
        scraped = re.search(r'prometheus.io/port: "(\d+)"', yaml).group(1)
        need(scraped == ports["http"], "another port is scraped")

    def stretch(self, start):
        """A machine on which a program takes so many seconds to start gets a
        delay in which a few of them do, and as much more until the end."""
        more = max(0.0, 20 * start - self.delay)
        self.delay += more
        self.patience += more

    def flags_with(self, port, http_port):
        """The flags, on ports that are free here."""
        own = {"--port": port, "--http-port": http_port, "--drain-delay": self.delay}
        names = [flag.split("=")[0] for flag in self.flags]
        return [
            f"{name}={own[name]}" if name in own else flag
            for name, flag in zip(names, self.flags)
        ]


def says_hello(client, port):
    call = subprocess.run(
        [client, "--address", f"127.0.0.1:{port}", "hello", "Ada"],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return call.returncode == 0 and call.stdout == "Hello, Ada!\n"


def serve_and_end(arguments, manifest, server, port, http_port):
    end = time.monotonic() + PATIENCE
    while status_of(http_port, manifest.probes["startupProbe"]) != 200:
        need(server.poll() is None, "it ended by itself")
        need(time.monotonic() < end, "it never started")
        time.sleep(0.05)
    for name, path in manifest.probes.items():
        need(status_of(http_port, path) == 200, f"the {name} fails")
    need(status_of(http_port, "/metrics") == 200, "it cannot be scraped")
    need(says_hello(arguments.client, port), "a call fails")

    signalled = time.monotonic()
    server.send_signal(signal.SIGTERM)
    ready = manifest.probes["readinessProbe"]
    while status_of(http_port, ready) == 200:
        need(time.monotonic() < end, "it stays ready")
    need(status_of(http_port, ready) == 503, "it is gone before it is not ready")
    # The delay has only begun: those who do not know yet are served.
    need(says_hello(arguments.client, port), "a call fails within the delay")
    need(
        status_of(http_port, manifest.probes["livenessProbe"]) == 200,
        "Kubernetes would kill it while it drains",
    )
    code = server.wait(timeout=manifest.patience)
    need(code == 0, f"exit code {code}")
    took = time.monotonic() - signalled
    print(f"ended {took:.1f} s after SIGTERM, of {manifest.patience}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--client", required=True)
    parser.add_argument("--guide", required=True)
    arguments = parser.parse_args()
    manifest = Manifest(arguments.guide)
    need(
        set(manifest.probes) == {"startupProbe", "readinessProbe", "livenessProbe"},
        f"these are its probes: {manifest.probes}",
    )
    port, http_port = free_ports(2)
    command = [arguments.server, *manifest.flags_with(port, http_port)]
    begin = time.monotonic()
    checked = subprocess.run(
        [*command, "--check-config"], stdout=subprocess.PIPE, text=True, check=True
    )
    manifest.stretch(time.monotonic() - begin)
    need(
        not re.search(r"^(warning|error) ", checked.stdout, re.MULTILINE),
        f"--check-config says: {checked.stdout}",
    )
    command = [arguments.server, *manifest.flags_with(port, http_port)]
    with subprocess.Popen(command) as server:
        try:
            serve_and_end(arguments, manifest, server, port, http_port)
        finally:
            server.kill()


main()
