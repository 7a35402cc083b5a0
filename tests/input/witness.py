"""A caller that behaves well while others do not.

As a program it calls the port it is given until its input ends, and then
prints how each call ended and how long it took. It is a process of its own, so
that the flood does not take its processor time inside Python.
"""

import json
import statistics
import subprocess
import sys
import threading
import time

import greeter


class Witness:
    """Calls one after another, on one connection, all the while.

    All its calls must be answered, however long it takes; how long it took is
    printed and decides nothing.
    """

    def __init__(self, port):
        self.port = port
        self.codes = {}
        self.seconds = []

    def __enter__(self):
        # pylint: disable-next=consider-using-with
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", __file__, str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"
        return self

    def __exit__(self, *_):
        output, _ = self.process.communicate(timeout=120)
        for code, seconds in json.loads(output):
            self.codes[code] = self.codes.get(code, 0) + 1
            self.seconds.append(seconds)

    @property
    def calls(self):
        """After the end: how many it made in all, with the first."""
        return len(self.seconds) + 1

    def report(self):
        """After the end: how many calls there were, and their p50 and p99."""
        cuts = statistics.quantiles([*self.seconds, *self.seconds], n=100)
        return (
            f"{len(self.seconds)} calls beside it: p50 {cuts[49] * 1e3:.1f} ms, "
            f"p99 {cuts[98] * 1e3:.1f} ms"
        )


def main():
    over = threading.Event()
    calls = []
    with greeter.Client(int(sys.argv[1])) as client:
        client.call("unary")
        print("ready", flush=True)
        threading.Thread(target=lambda: (sys.stdin.read(), over.set())).start()
        while not over.is_set() or not calls:
            begin = time.monotonic()
            code = client.call("unary").code
            calls.append((code, time.monotonic() - begin))
            over.wait(0.002)
    print(json.dumps(calls))


if __name__ == "__main__":
    main()
