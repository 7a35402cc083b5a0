"""Clients in C++, Python and Node call a server with all that goes wrong; some
are killed, and the server drains in the middle and comes back. Then the books
of all must agree: see judge.py.
"""

import argparse
import collections
import glob
import os
import random
import sys
import threading
import time

import accounts
import deeds
import judge
import processes

HERE = os.path.dirname(os.path.abspath(__file__))
OPENMETRICS = "application/openmetrics-text;version=1.0.0"
SHOWN = 20  # faults that are printed


class Scraper(threading.Thread):
    """Reads /metrics all the time, and judges each page."""

    def __init__(self, http_port, accept):
        super().__init__()
        self.http_port = http_port
        self.accept = accept
        self.pages = 0
        self.faults = []
        self.last = None
        self.lock = threading.Lock()
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            with self.lock:
                self.scrape()
            time.sleep(0.02)

    def scrape(self):
        text = processes.fetch(self.http_port, "/metrics", self.accept)
        if text is None:
            return
        samples, types = accounts.read_page(text)
        self.pages += 1
        self.faults += judge.check_page(samples)
        if self.last is not None:
            self.faults += judge.check_growth(self.last, samples, types)
        self.last = samples

    def new_process(self):
        """Counters begin anew."""
        with self.lock:
            self.last = None

    def stop(self):
        self.over.set()
        self.join()


class Storm:
    """One run."""

    def __init__(self, arguments):
        self.arguments = arguments
        self.stem = os.path.join(arguments.directory, arguments.name)
        for path in glob.glob(glob.escape(self.stem) + ".*"):
            if path.endswith((".ledger", ".log", ".page")):
                os.remove(path)
        self.random = random.Random(arguments.seed)
        self.ports = processes.free_ports(3)
        self.faults = []
        self.servers = []
        calls = [str(port) for port in self.ports[:2]]
        commands = {
            "cpp": lambda *rest: [arguments.client, *calls, *map(str, rest)],
            "python": lambda *rest: [
                sys.executable,
                os.path.join(HERE, "client.py"),
                *calls,
                *map(str, rest),
            ],
            "node": lambda *rest: [
                "node",
                os.path.join(HERE, "client.js"),
                *calls,
                *map(str, rest),
                arguments.proto,
            ],
        }
        self.clients = [
            processes.Clients(name, commands[name], self.stem, arguments.seed)
            for name in arguments.clients.split(",")
        ]

    def serve(self):
        stem = f"{self.stem}.{len(self.servers)}"
        self.servers.append(
            processes.Server(
                self.arguments.server,
                self.ports,
                self.arguments.buffer_bytes,
                stem,
                self.arguments.expect_drops,
            )
        )

    def drain(self):
        code = self.servers[-1].drain()
        if code != 0:
            self.faults.append(f"the server ended with {code}")

    def run(self):
        seconds = self.arguments.seconds
        begin = time.monotonic()
        self.serve()
        scrapers = [
            Scraper(self.ports[2], accept) for accept in (None, OPENMETRICS)
        ]
        try:
            for scraper in scrapers:
                scraper.start()
            for clients in self.clients:
                clients.start(seconds)
            # A client is killed now and then, the server drains half-way.
            steps = max(4, int(seconds / 4))
            for step in range(1, steps):
                time.sleep(max(0, begin + step * seconds / steps - time.monotonic()))
                if step == steps // 2:
                    self.drain()
                    for scraper in scrapers:
                        scraper.new_process()
                    self.serve()
                else:
                    clients = self.random.choice(self.clients)
                    clients.kill()
                    clients.start(begin + seconds - time.monotonic())
            for clients in self.clients:
                code = clients.wait(seconds)
                if code != 0:
                    self.faults.append(f"a {clients.language} client: {code}")
        finally:
            for scraper in scrapers:
                scraper.stop()
            for clients in self.clients:
                clients.kill()
            self.drain()
        for scraper in scrapers:
            self.faults += scraper.faults
            if scraper.pages < 3:
                self.faults.append(f"there were {scraper.pages} scrapes")
        print(f"{[scraper.pages for scraper in scrapers]} scrapes")

    def judge(self):
        calls, pages, records = {}, [], []
        for clients in self.clients:
            for path in clients.ledgers:
                if not os.path.exists(path):
                    continue  # killed before it began
                with open(path, encoding="utf-8", newline="\n") as ledger:
                    found, faults = accounts.read_ledger(ledger)
                calls.update(found)
                self.faults += faults
        dropped = 0
        for server in self.servers:
            with open(server.last_page, encoding="utf-8") as page:
                samples, _ = accounts.read_page(page.read())
            with open(server.log, encoding="utf-8", newline="\n") as log:
                lines = list(log)
            found, faults = accounts.read_log(lines)
            self.faults += faults + deeds.check_secrets(lines)
            self.faults += judge.check_page(samples) + judge.check_end(samples)
            self.faults += judge.check_log(found, samples)
            dropped += accounts.total(samples, "log_records_dropped_total")
            pages.append(samples)
            records += found
        whole = accounts.add(pages)
        self.faults += judge.check_codes(calls, whole)
        self.faults += judge.check_messages(calls, whole)
        self.faults += deeds.check_calls(calls) + deeds.check_counts(calls, whole)
        self.faults += judge.check_calls(calls, records, dropped > 0)
        if (dropped > 0) != self.arguments.expect_drops:
            self.faults.append(f"{dropped} records were dropped")
        self.report(calls, whole, dropped)
        self.faults += judge.check_variety(
            calls,
            whole,
            # The C++ client has no call that would do it.
            any(clients.language != "cpp" for clients in self.clients),
        )
        self.faults += deeds.check_variety(calls)

    def report(self, calls, whole, dropped):
        each = list(calls.values())
        print(
            f"{len(each)} calls: {sum(c.decided() for c in each)} decided by "
            f"the server, {sum(c.ambiguous() for c in each)} by their clients "
            f"or by chance ({sum(c.code is None for c in each)} of clients that "
            f"were killed), {sum(c.refused() for c in each)} refused by gRPC; "
            f"{dropped:.0f} log records dropped"
        )
        asked = collections.Counter(
            (call.deed, call.code) for call in each if call.deed != deeds.NONE
        )
        for (deed, code), count in sorted(asked.items(), key=str):
            print(f"  {deed:15} {code!s:20} {count:8.0f}")
        for (method, code), count in sorted(accounts.by_code(whole).items()):
            print(f"  {method:10} {code:20} {count:8.0f}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--name", required=True)
    parser.add_argument("--server", required=True)
    parser.add_argument("--client", required=True)
    parser.add_argument("--proto", required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--clients", default="cpp,python,node")
    parser.add_argument("--buffer-bytes", type=int, default=64 << 20)
    parser.add_argument("--expect-drops", action="store_true")
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(1 << 31)
    )
    arguments = parser.parse_args()
    if os.environ.get("HAWKMOUNT_LONG"):
        arguments.seconds *= 10
    print(f"seed {arguments.seed}, {arguments.seconds} s", flush=True)
    storm = Storm(arguments)
    storm.run()
    storm.judge()
    for fault in storm.faults[:SHOWN]:
        print(f"FAULT: {fault}")
    print(f"{len(storm.faults)} faults; see {storm.stem}.*")
    sys.exit(1 if storm.faults else 0)


main()
