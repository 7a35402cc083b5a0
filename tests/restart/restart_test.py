"""Restarts two greeters in turn, again and again, under the load of three
clients that balance their calls over both, and counts the calls that fail.

  covered  restarts by SIGTERM; the drain waits for as long as connections get
           old: no call may fail
  kill     restarts by SIGKILL: only calls in flight on that server may fail
  loss     prints, and does not judge, what fails with the defaults and with a
           server of gRPC alone
"""

import argparse
import collections
import re
import signal
import subprocess
import sys
import time

from processes import PATIENCE, fetch, free_ports

CLIENTS, UNARY, STREAMS = 3, 3, 1
THREADS = UNARY + STREAMS  # of each client: a call at a time each
COVERED = ["--drain-delay=0.2", "--max-connection-age=1", "--grace=5"]


class Instance:
    """A server that comes back on its port."""

    def __init__(self, command, log, ready):
        self.command, self.log, self.ready = command, log, ready
        self.process = None

    def start(self):
        with open(self.log, "ab") as log:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(self.command, stdout=log)
        end = time.monotonic() + PATIENCE
        while not self.ready():
            code = self.process.poll()
            if code is not None or time.monotonic() > end:
                self.end()
                sys.exit(f"{self.command} did not start: {code}; see {self.log}")
            time.sleep(0.02)

    def end(self, by=signal.SIGKILL):
        self.process.send_signal(by)
        return self.process.wait(timeout=PATIENCE)


def connections(http_port):
    page = fetch(http_port, "/metrics") or ""
    found = re.search(r"^hawkapi_grpc_connections\{.*\} (\d+)", page, re.MULTILINE)
    return int(found.group(1)) if found else 0


def wait_until(what, condition):
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"in vain: waited until {what}")
        time.sleep(0.02)


class Example(Instance):
    """The example server, with an HTTP port that tells how it does."""

    def __init__(self, binary, ports, flags, log):
        self.http_port = ports[1]
        super().__init__(
            [
                binary,
                "--host=127.0.0.1",
                f"--port={ports[0]}",
                f"--http-port={ports[1]}",
                *flags,
            ],
            log,
            lambda: fetch(self.http_port, "/readyz") is not None,
        )

    def is_met(self):
        """Whether every client has found it again."""
        return connections(self.http_port) >= CLIENTS


class Stock(Instance):
    """gRPC alone: it does not tell who is connected, the kernel does."""

    def __init__(self, binary, port, log):
        self.port = port
        super().__init__([binary, str(port)], log, lambda: self.sockets("0A") > 0)

    def sockets(self, state):
        rows = []
        for table in "/proc/net/tcp", "/proc/net/tcp6":
            with open(table, encoding="ascii") as lines:
                rows += [line.split() for line in lines][1:]
        local = f":{self.port:04X}"
        return sum(row[1].endswith(local) and row[3] == state for row in rows)

    def is_met(self):
        return self.sockets("01") >= CLIENTS


Load = collections.namedtuple("Load", "calls failed")


class Clients:
    def __init__(self, binary, ports):
        address = "ipv4:" + ",".join(f"127.0.0.1:{port}" for port in ports)
        self.processes = [
            subprocess.Popen(
                [binary, address, str(UNARY), str(STREAMS)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(CLIENTS)
        ]

    def end(self):
        """All calls, and the lines of those that failed."""
        calls, failed = 0, []
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            lines = process.stdout.read().splitlines()
            if process.wait(timeout=PATIENCE) != 0 or not lines:
                sys.exit(f"a client ended with {process.returncode}")
            calls += int(lines[0].removeprefix("calls "))
            failed += lines[1:]
        return Load(calls, failed)

    def kill(self):
        for process in self.processes:
            process.kill()


def rolling(instances, client, ports, restarts, by, codes):
    """What became of the calls, and the times of the signals."""
    clients = Clients(client, ports)
    times = []
    try:
        for instance in instances:
            wait_until("the clients are there", instance.is_met)
        for turn in range(restarts):
            instance = instances[turn % len(instances)]
            times.append(time.monotonic())
            code = instance.end(by)
            if code not in codes:
                sys.exit(f"exit code {code} after {by.name}; see {instance.log}")
            instance.start()
            wait_until("the clients are back", instance.is_met)
        return clients.end(), times
    finally:
        clients.kill()
        for instance in instances:
            instance.end()


def examples(arguments, name, flags):
    ports = free_ports(4)
    made = [
        Example(
            arguments.server,
            (ports[i], ports[i + 2]),
            flags,
            f"{arguments.directory}/{name}{i}.log",
        )
        for i in range(2)
    ]
    for instance in made:
        open(instance.log, "w", encoding="ascii").close()
        instance.start()
    return made, ports[:2]


def tell(what, load):
    kinds = collections.Counter(
        " ".join(line.split(maxsplit=4)[2:]) for line in load.failed
    )
    print(f"{what}: {len(load.failed)} of {load.calls} calls failed")
    for kind, count in kinds.most_common(10):
        print(f"  {count} x {kind}")


def check_enough(arguments, load):
    if load.calls < arguments.at_least:
        sys.exit(f"fewer than {arguments.at_least} calls: that shows nothing")


def covered(arguments):
    instances, ports = examples(arguments, "covered", COVERED)
    start = time.monotonic()
    load, _ = rolling(
        instances, arguments.client, ports, arguments.restarts, signal.SIGTERM, [0]
    )
    tell(
        f"{arguments.restarts} restarts in {time.monotonic() - start:.0f} s, "
        "the drain covers the age",
        load,
    )
    for line in load.failed:
        print(line)
    if load.failed:
        sys.exit("calls were lost")
    check_enough(arguments, load)


def kill(arguments):
    instances, ports = examples(arguments, "kill", COVERED)
    load, times = rolling(
        instances,
        arguments.client,
        ports,
        arguments.restarts,
        signal.SIGKILL,
        [-signal.SIGKILL],
    )
    tell(f"{arguments.restarts} times SIGKILL", load)
    check_enough(arguments, load)
    if not load.failed:
        sys.exit("no call was in flight: that shows nothing")
    # A thread has one call in flight, and may send the next into the same
    # connection before its end is noticed.
    most = 2 * arguments.restarts * CLIENTS * THREADS
    if len(load.failed) > most:
        sys.exit(f"at most {most} calls can have been in flight")
    strange = [line for line in load.failed if line.split()[2] != "UNAVAILABLE"]
    if strange:
        sys.exit(f"not UNAVAILABLE: {strange}")
    began = [float(line.split()[1]) for line in load.failed]
    latest = max(
        (min(call - moment for moment in times if moment <= call)
         for call in began if call >= times[0]),
        default=0,
    )
    print(f"  the last began {latest:.3f} s after its signal")


def loss(arguments):
    instances, ports = examples(arguments, "defaults", [])
    load, _ = rolling(
        instances, arguments.client, ports, arguments.restarts, signal.SIGTERM, [0]
    )
    tell(f"{arguments.restarts} restarts with the defaults", load)
    ports = free_ports(2)
    instances = [
        Stock(arguments.stock, port, f"{arguments.directory}/stock.log")
        for port in ports
    ]
    for instance in instances:
        instance.start()
    load, _ = rolling(
        instances, arguments.client, ports, arguments.restarts, signal.SIGTERM, [0]
    )
    tell(f"{arguments.restarts} restarts of a server of gRPC alone", load)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["covered", "kill", "loss"])
    parser.add_argument("--server", required=True)
    parser.add_argument("--stock", required=True)
    parser.add_argument("--client", required=True)
    parser.add_argument("--directory", required=True)
    parser.add_argument("--restarts", type=int, default=6)
    parser.add_argument("--at-least", type=int, default=1000)
    arguments = parser.parse_args()
    {"covered": covered, "kill": kill, "loss": loss}[arguments.what](arguments)


main()
