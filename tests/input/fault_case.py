"""A test case with a fault_server of its own, which must survive it.

The environment says which: FAULT_SERVER is the binary, STYLE the style of its
handlers. After each test the server must answer a normal call in two seconds;
at the end all that was begun must be counted as ended, nothing may be left
behind, and SIGTERM must end it in order. Two seconds are those of a machine that
lets them run: what its programs wait for a processor is not counted.
"""

import json
import os
import re
import signal
import subprocess
import threading
import time
import unittest
import urllib.request

import greeter
import starvation

QUICK = 2.0  # seconds a normal call may take, also after the worst
PATIENCE = 60.0  # seconds for what comes late on a busy machine


def wait_until(predicate, timeout=PATIENCE):
    """The predicate's value once it is true, or when time is up."""
    end = time.monotonic() + timeout
    while True:
        value = predicate()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.01)


class Server:
    """A fault_server, its log and its metrics."""

    def __init__(self, *flags, **popen):
        command = [
            os.environ["FAULT_SERVER"],
            "--style=" + os.environ["STYLE"],
            *flags,
        ]
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, **popen
        )
        self.lines = []
        self.log = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.port = self._port("serving on ")
        self.http_port = self._port("metrics on http port ")

    def _read(self):
        for line in self.process.stdout:
            self.lines.append(line)
            try:
                record = json.loads(line)
            except ValueError:
                continue  # CheckLog finds it in `lines`
            self.log.append(record)

    def _port(self, message):
        def found():
            for record in self.log:
                if record.get("message", "").startswith(message):
                    return int(re.findall(r"\d+", record["message"])[-1])
            return None

        port = wait_until(found)
        assert port, "the server did not start"
        return port

    def metrics_text(self):
        url = f"http://127.0.0.1:{self.http_port}/metrics"
        with urllib.request.urlopen(url, timeout=PATIENCE) as response:
            return response.read().decode("utf-8")

    def metrics(self):
        """All samples, by the text of their series."""
        samples = {}
        for line in self.metrics_text().splitlines():
            if not line.startswith("#"):
                series, value = line.rsplit(" ", 1)
                samples[series.removeprefix("hawkapi_grpc_")] = float(value)
        return samples

    def records(self, request_id, event="grpc.response"):
        return [
            record
            for record in self.log
            if record.get("request_id") == request_id
            and record.get("event") == event
        ]

    def waits(self, request_id):
        """Whether the handler of a call has come to where it waits."""
        said = f"waiting {request_id}"
        return any(record.get("message") == said for record in self.log)

    def file_count(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def thread_count(self):
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def memory(self):
        """Bytes; always 0 under a sanitizer, which keeps what is freed."""
        with open(f"/proc/{self.process.pid}/maps", encoding="utf-8") as file:
            if re.search(r"/lib[at]san\.so", file.read()):
                return 0
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) * 1024
        return 0

    def stop(self):
        """Its exit code after SIGTERM, once its log is read."""
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        return code


def check_quick(case, process, call):
    """What comes of a call of the process, which must be quick and OK."""
    pids = process.pid, os.getpid()
    begin, waited = time.monotonic(), starvation.seconds_waited(*pids)
    outcome = call()
    took = time.monotonic() - begin
    case.assertEqual(outcome.code, "OK", outcome)
    waited = max(0.0, starvation.seconds_waited(*pids) - waited)
    case.assertLess(took - waited, QUICK, f"{took} s, {waited} of them waiting")
    return outcome


class FaultCase(unittest.TestCase):
    """See above."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.start_server()
        cls.addClassCleanup(lambda: cls.server.process.kill())

    @classmethod
    def start_server(cls):
        cls.server = Server()
        with greeter.Client(cls.server.port) as client:
            for kind in greeter.KINDS:  # so that all threads are there
                client.call(kind)
        cls.files = cls.server.file_count()
        cls.threads = other_threads(cls.server)
        cls.memory = cls.server.memory()

    @classmethod
    def tearDownClass(cls):
        server = cls.server
        faults = cls.settle()
        if not wait_until(lambda: server.file_count() <= cls.files + 2):
            faults.append(f"{server.file_count()} files open, not {cls.files}")
        # gRPC's own pool grows and shrinks by itself.
        if not wait_until(lambda: other_threads(server) <= cls.threads + 8):
            faults.append(f"{other_threads(server)} threads, not {cls.threads}")
        most = cls.memory + (64 << 20)
        if not wait_until(lambda: server.memory() <= most):
            grown = (server.memory() - cls.memory) >> 20
            faults.append(f"{grown} MiB of memory more than at the start")
        code = server.stop()
        if code != 0:
            faults.append(f"it ended with {code}")
        faults += unreadable(server.lines)
        assert not faults, faults

    @classmethod
    def settle(cls):
        """What is unbalanced once nothing happens any more."""

        def is_quiet():
            metrics = cls.server.metrics()
            time.sleep(0.1)
            return not unbalanced(metrics) and metrics == cls.server.metrics()

        wait_until(is_quiet)
        return unbalanced(cls.server.metrics())

    def setUp(self):
        if self.server.process.poll() is not None:
            self.start_server()  # a test before this one has told of its death
        # A call is counted after its caller has its answer: the last one of the
        # test before is not to be one of this test's.
        wait_until(lambda: not unbalanced(self.server.metrics()))

    def tearDown(self):
        dead = self.server.process.poll()
        self.assertIsNone(dead, f"the server died with {dead}")
        with greeter.Client(self.server.port) as client:
            self.check_quick(client)

    def check_quick(self, client, kind="unary"):
        check_quick(
            self,
            self.server.process,
            lambda: client.call(kind, timeout=PATIENCE),
        )

    def risen(self, before, series):
        """By how much a series has risen, once it has."""
        wait_until(
            lambda: self.server.metrics().get(series, 0) > before.get(series, 0)
        )
        return self.server.metrics().get(series, 0) - before.get(series, 0)

    def check_counted(self, before, kind, code):
        """One call of the kind was begun and ended with the code."""
        series = f'requests_total{{{greeter.label(kind)},code="{code}"}}'
        self.assertEqual(self.risen(before, series), 1, series)
        wait_until(lambda: not unbalanced(self.server.metrics()))
        self.assertEqual(unbalanced(self.server.metrics()), [])

    def check_uncounted(self, before):
        """No call was begun since; those on their way have had time to be."""
        time.sleep(0.05)
        after = self.server.metrics()
        for series, value in after.items():
            if series.startswith("requests_started_total"):
                self.assertEqual(value, before.get(series, 0), series)

    def check_logged(self, request_id, code):
        """Returns the call's last record, which must have the code."""
        records = wait_until(lambda: self.server.records(request_id))
        self.assertEqual(len(records), 1, f"records of {request_id}: {records}")
        self.assertEqual(records[0]["code"], code)
        self.assertEqual(
            len(self.server.records(request_id, "grpc.request")), 1
        )
        return records[0]


def unbalanced(metrics):
    """What is wrong with the accounts of each method."""
    faults = []
    for method in (*map(greeter.label, greeter.KINDS), 'method="other"'):
        started = metrics.get(f"requests_started_total{{{method}}}", 0)
        ended = sum(
            value
            for series, value in metrics.items()
            if series.startswith(f"requests_total{{{method},")
        )
        in_flight = metrics.get(f"requests_in_flight{{{method}}}", 0)
        timed = metrics.get(f"request_duration_seconds_count{{{method}}}", 0)
        if not (started == ended == timed and in_flight == 0):
            faults.append(
                f"{method}: {started} started, {ended} ended, {timed} timed, "
                f"{in_flight} in flight"
            )
    return faults


def other_threads(server):
    """How many threads there are besides the workers, which stay."""
    return server.thread_count() - server.metrics()["workers"]


def unreadable(lines):
    """Lines of the log that are no JSON objects."""
    faults = []
    for line in lines:
        try:
            if not isinstance(json.loads(line), dict):
                faults.append(line)
        except ValueError:
            faults.append(line)
    return faults
