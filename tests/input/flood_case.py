"""A test case with a fault_server that is flooded.

During each one a witness calls, whose calls must all be answered, and after it
the server's memory must be what it was before, give or take a tenth, as soon as
it has given back what is free. The calls that it counted must be the witness's
and those that the flood made, to the last one. What gRPC keeps of its first
thousands of connections and streams and never gives back does not count: the
server has had those before.
"""

import os
import socket
import time

import fault_case
import frames
import witness

TENTH = 1.1  # of memory before, at most, after a flood
THREADS = 3  # that read, at most
GIVEN_BACK = 15.0  # seconds until free memory is, before the next turn


def come_and_go(port):
    """10,000 connections, one after another; half of them say something."""
    for i in range(10_000):
        connection = socket.create_connection(("127.0.0.1", port), 60)
        if i % 2:
            connection.sendall(frames.PREFACE + frames.settings())
        connection.close()


def open_streams(count):
    return b"".join(
        frames.headers(stream, kind="bidi_stream")
        for stream in range(1, 2 * count, 2)
    )


def started(server):
    """How many calls the server has counted, of whatever method."""
    return sum(
        value
        for series, value in server.metrics().items()
        if series.startswith("requests_started_total")
    )


class FloodCase(fault_case.FaultCase):
    @classmethod
    def start_server(cls):
        super().start_server()
        for _ in range(2):
            come_and_go(cls.server.port)
            with frames.Connection(cls.server.port) as connection:
                connection.send(open_streams(5000))
                time.sleep(0.5)
        # What these took is given back before anything is compared with it.
        most = 2 * cls.memory
        assert fault_case.wait_until(
            lambda: cls.server.memory() <= most
        ), f"{cls.server.memory() >> 10} KiB, not twice {cls.memory >> 10}"

    def flood(self, action, calls, codes=frozenset({"OK"})):
        """Runs the action, which makes so many calls that a server sees, beside
        a witness, whose calls may end with the codes, and looks at what is left.

        A thread keeps what it read last, megabytes of one string, until it
        reads again. That comes once, and a leak each time: when too much is
        left the next turn may leave no more.
        """
        for _ in range(1 + THREADS):
            before, after = self.flood_once(action, calls, codes)
            if after <= before * TENTH:
                return
        self.fail(f"{before >> 10} KiB before the last turn, {after >> 10} after")

    def flood_once(self, action, calls, codes):
        """The memory before and after."""
        memory = self.server.memory()
        self.settle()
        before = started(self.server)
        with witness.Witness(self.server.port) as beside:
            action()
        self.assertLessEqual(set(beside.codes), codes, beside.codes)
        known = before + beside.calls
        fault_case.wait_until(lambda: started(self.server) - known >= calls)
        self.assertEqual(self.settle(), [])
        counted = started(self.server) - known
        self.assertEqual(counted, calls)
        kept = self.server.memory()
        fault_case.wait_until(
            lambda: self.server.memory() <= memory * TENTH, GIVEN_BACK
        )
        left = self.server.memory()
        print(
            f"{os.environ['STYLE']} {self.id().split('.')[-1]}: "
            f"{counted:.0f} calls counted; {beside.report()}; "
            f"{memory >> 10} KiB before, {left >> 10} after, "
            f"{kept >> 10} at its end",
            flush=True,
        )
        return memory, left

    def send(self, pieces, reads=True, acknowledges=False):
        """Sends the pieces until the server has all or refuses the rest, and
        returns the codes that it said."""
        connection = frames.Connection(
            self.server.port, reads=reads, acknowledges=acknowledges
        )
        with connection:
            for piece in pieces:
                if not connection.send(piece):
                    break
            # The answer to a PING says that all before it was looked at.
            connection.send(frames.frame(frames.PING, 0, 0, frames.LAST))
            if reads:
                fault_case.wait_until(
                    lambda: connection.closed.is_set()
                    or connection.looked_at.is_set()
                )
        return connection.codes
