"""Servers and clients of a storm, as processes that end with it."""

import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

PATIENCE = 120.0  # seconds that anything may take on a busy machine


def free_ports(count):
    """Ports that nobody listens on, out of those that no connection is given by
    itself: a server that comes back must find them free."""
    chosen = []
    while len(chosen) < count:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in chosen:
            chosen.append(port)
    return chosen


def fetch(port, path, accept=None):
    """The body, or None where nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}")
    if accept:
        request.add_header("Accept", accept)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as response:
            return response.read().decode("utf-8")
    except (OSError, urllib.error.URLError):
        return None


class Server:
    """A truth_server. With `clog`, nobody reads its log until it has dropped
    records."""

    def __init__(self, binary, ports, buffer_bytes, stem, clog):
        self.log, self.last_page = stem + ".log", stem + ".page"
        self.http_port = ports[2]
        self.draining = threading.Event()
        self.reader = None
        with open(self.log, "wb") as log:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(
                [binary, *map(str, ports), str(buffer_bytes), self.last_page],
                stdout=subprocess.PIPE if clog else log,
            )
        if clog:
            self.reader = threading.Thread(target=self._read_late)
            self.reader.start()
        end = time.monotonic() + PATIENCE
        while fetch(self.http_port, "/readyz") is None:
            code = self.process.poll()
            if code is not None or time.monotonic() > end:
                self.process.kill()
                sys.exit(f"the server did not start: {code}; see {self.log}")
            time.sleep(0.05)

    def _read_late(self):
        while not self.draining.is_set():
            page = fetch(self.http_port, "/metrics") or ""
            if re.search(r"records_dropped_total [1-9]", page):
                break
            time.sleep(0.05)
        with open(self.log, "wb") as log, self.process.stdout as pipe:
            shutil.copyfileobj(pipe, log)

    def drain(self):
        """Its exit code after SIGTERM, once its log is whole."""
        self.draining.set()
        code = self._end()
        if self.reader is not None:
            self.reader.join()
        return code

    def _end(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return f"still there after {PATIENCE} s"


class Clients:
    """Clients of one language, one process after the other: all but the last
    are killed in the middle of what they do."""

    def __init__(self, language, command, stem, seed):
        self.language = language
        self.command = command  # (seconds, seed, ledger, name) -> arguments
        self.stem = stem
        self.random = random.Random(f"{seed}.{language}")
        self.ledgers = []
        self.process = None

    def start(self, seconds):
        name = f"{self.language}{len(self.ledgers)}"
        self.ledgers.append(f"{self.stem}.{name}.ledger")
        arguments = self.command(
            seconds, self.random.randrange(1 << 31), self.ledgers[-1], name
        )
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(arguments)

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def wait(self, seconds):
        """The last one's exit code."""
        try:
            return self.process.wait(timeout=seconds + PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return "still calling"
