"""A caller that behaves well while others do not."""

import statistics
import threading
import time

import greeter


class Witness:
    """Calls one after another, on a connection of its own, all the while.

    All its calls must be answered, however long it takes; how long it took is
    printed and decides nothing.
    """

    def __init__(self, port):
        self.client = greeter.Client(port)
        self.codes = {}
        self.seconds = []
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def _run(self):
        while not self.over.is_set():
            begin = time.monotonic()
            code = self.client.call("unary", timeout=20).code
            self.seconds.append(time.monotonic() - begin)
            self.codes[code] = self.codes.get(code, 0) + 1
            self.over.wait(0.002)

    def __enter__(self):
        self.client.call("unary", timeout=20)
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()
        self.client.channel.close()

    def report(self):
        """After the end: how many calls there were, and their p50 and p99."""
        cuts = statistics.quantiles([*self.seconds, *self.seconds], n=100)
        return (
            f"{len(self.seconds)} calls beside it: p50 {cuts[49] * 1e3:.1f} ms, "
            f"p99 {cuts[98] * 1e3:.1f} ms"
        )
