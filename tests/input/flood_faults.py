"""Floods: more of everything than a caller has use for. See flood_case.py for what
each of them must leave as it was."""

import socket
import time
import unittest

import fault_case
import flood_case
import frames
import greeter
import wire

STREAMS = 10_000


class FloodFaults(flood_case.FloodCase):
    def test_rapid_reset(self):
        # CVE-2023-44487.
        def pieces():
            for stream in range(1, 2 * STREAMS, 200):
                yield b"".join(
                    frames.headers(each) + frames.reset(each)
                    for each in range(stream, stream + 200, 2)
                )

        self.flood(lambda: self.send(pieces()), calls=STREAMS)

    def test_made_you_reset(self):
        # CVE-2025-8671: the caller makes the server reset what it began.
        wrongs = {
            "window update of nothing": lambda s: frames.window(s, 0),
            "window overflow": lambda s: frames.window(s, 0x7FFFFFFF),
            "half closed, then more": lambda s: frames.frame(
                frames.DATA, frames.END_STREAM, s
            )
            + frames.frame(frames.DATA, 0, s, b"more"),
            "depends on itself": lambda s: frames.frame(
                frames.PRIORITY, 0, s, s.to_bytes(4, "big") + b"\x10"
            ),
            "priority of a wrong length": lambda s: frames.frame(
                frames.PRIORITY, 0, s, b"\0\0\0"
            ),
        }

        def all_of_them():
            for wrong in wrongs.values():
                self.send(
                    frames.headers(stream) + wrong(stream)
                    for stream in range(1, 2 * STREAMS // 5, 2)
                )

        # A priority of a wrong length ends its connection.
        self.flood(all_of_them, calls=STREAMS // 5 * 4 + 1)

    def test_pings(self):
        ping = frames.frame(frames.PING, 0, 0, b"12345678") * 100
        self.flood(lambda: self.send([ping] * 200), calls=0)

    def test_settings(self):
        table = frames.settings((1, 0), (1, 4096), (4, 65535)) * 100
        self.flood(lambda: self.send([table] * 200), calls=0)

    def test_settings_whose_answers_nobody_reads(self):
        table = frames.settings((1, 0), (1, 4096)) * 100
        self.flood(lambda: self.send([table] * 200, reads=False), calls=0)

    def test_continuations_without_end(self):
        # CVE-2024-27316 and its like.
        empty = frames.frame(frames.CONTINUATION, 0, 1)
        more = frames.frame(
            frames.CONTINUATION, 0, 1, frames.pair(b"x-more", b"v" * 1000)
        )
        begin = frames.headers(1, flags=0)

        def both():
            self.send([begin, *[empty * 10] * 300])
            self.send([begin, *[more] * 3000])

        # gRPC hands over what it has of them when the connection ends.
        self.flood(both, calls=2)

    def test_headers_over_the_limit(self):
        big = ((b"x-big", b"v" * 9000),)

        def pieces():
            for stream in range(1, 1000, 2):
                yield frames.headers(stream, more=big)

        self.flood(lambda: self.send(pieces(), acknowledges=True), calls=0)
        # Whom the limit does not bind yet is served.
        self.flood(lambda: self.send(pieces()), calls=500)

    def test_a_header_of_4_mib(self):
        # Its server cost is known to be quadratic above.
        size = 4 << 20
        string = b"\0\5x-big" + frames.number(size) + b"v" * size

        def pieces():
            yield frames.headers(1, flags=0)
            for at in range(0, len(string), 16384):
                yield frames.frame(
                    frames.CONTINUATION, 0, 1, string[at : at + 16384]
                )

        # The last of it stays until the thread that read it reads again.
        self.send(pieces(), acknowledges=True)
        self.flood(lambda: self.send(pieces(), acknowledges=True), calls=0)
        self.flood(lambda: self.send(pieces()), calls=1)

    def test_header_tables_that_grow_and_shrink(self):
        # 15 k entries of one byte each reference the largest there is.
        entry = b"\x40\5x-big" + frames.number(4000) + b"v" * 4000
        again = b"\xbe" * 15_000

        def pieces():
            yield frames.headers(1, more=())
            for stream in range(3, 200, 2):
                yield frames.frame(
                    frames.HEADERS,
                    frames.END_HEADERS,
                    stream,
                    frames.block() + (entry if stream == 3 else again),
                )

        self.flood(lambda: self.send(pieces()), calls=2)

    def test_windows_that_overflow(self):
        def both():
            self.send([frames.window(0, 0x7FFFFFFF)] * 2)
            for _ in range(50):
                self.send(
                    [
                        frames.headers(1),
                        frames.window(1, 0x7FFFFFFF),
                        frames.window(1, 0x7FFFFFFF),
                    ]
                )

        self.flood(both, calls=50)

    def test_callers_that_do_not_read(self):
        # 20 streams of 1,000,000 messages each, whose windows never open.
        begin = frames.headers(1, kind="server_stream") + frames.frame(
            frames.DATA,
            frames.END_STREAM,
            1,
            wire.message_of("server_stream", 1_000_000),
        )

        def action():
            callers = [
                frames.Connection(
                    self.server.port, frames.settings((4, 0)), reads=False
                )
                for _ in range(20)
            ]
            for caller in callers:
                caller.send(begin)
            series = f"requests_in_flight{{{greeter.label('server_stream')}}}"
            self.assertTrue(
                fault_case.wait_until(
                    lambda: self.server.metrics()[series] == len(callers)
                )
            )
            time.sleep(1)
            for caller in callers:
                caller.close()

        self.flood(action, calls=20)

    def test_callers_that_read_slowly(self):
        # 20 calls of 3 MB and more each, 100 bytes at a time.
        begin = frames.headers(1, kind="server_stream") + frames.frame(
            frames.DATA,
            frames.END_STREAM,
            1,
            wire.message_of("server_stream", 300_000),
        )

        def action():
            callers = [
                frames.Connection(
                    self.server.port, frames.settings((4, 100)), reads=False
                )
                for _ in range(20)
            ]
            for caller in callers:
                caller.send(begin)
            for _ in range(50):
                for caller in callers:
                    caller.socket.recv(100)
                    caller.send(frames.window(1, 100))
            for caller in callers:
                caller.close()

        self.flood(action, calls=20)

    def test_calls_that_are_begun_one_byte_at_a_time(self):
        # 20 slow ones together.
        begin = frames.headers(1, more=((b"x-slow", b"s" * 100),))

        def action():
            callers = [
                frames.Connection(self.server.port) for _ in range(20)
            ]
            for byte in begin:
                for caller in callers:
                    caller.send(bytes([byte]))
            for caller in callers:
                caller.close()

        self.flood(action, calls=20)

    def test_connections_that_stay_half_open(self):
        def action():
            silent = [
                socket.create_connection(("127.0.0.1", self.server.port), 60)
                for _ in range(50)
            ]
            for connection in silent[::2]:
                connection.sendall(frames.PREFACE[:10])
            time.sleep(0.5)
            for connection in silent:
                connection.close()

        self.flood(action, calls=0)

    def test_connections_that_come_and_are_reset(self):
        def action():
            for _ in range(1000):
                connection = socket.create_connection(
                    ("127.0.0.1", self.server.port), 60
                )
                wire.Connection.abort(
                    type("", (), {"socket": connection})
                )

        self.flood(action, calls=0)

    def test_10000_connections_that_come_and_go(self):
        self.flood(lambda: flood_case.come_and_go(self.server.port), calls=0)

    def test_5000_streams_that_stay_open(self):
        # Those over a connection's limit are refused; the others do not take a
        # thread each.
        streams = [flood_case.open_streams(5000)]
        # As many as the server takes in all: others are refused meanwhile.
        codes = {"OK", "RESOURCE_EXHAUSTED"}
        self.flood(
            lambda: self.send(streams, acknowledges=True), calls=1000, codes=codes
        )
        # Whom the limit does not bind yet meets the cap on calls.
        self.flood(lambda: self.send(streams), calls=5000, codes=codes)
        self.assertLessEqual(self.server.metrics()["workers"], 64)

    def test_streams_after_a_goaway(self):
        away = frames.frame(frames.GOAWAY, 0, 0, b"\0\0\0\0\0\0\0\0")
        self.flood(
            lambda: self.send(
                [frames.headers(1), away]
                + [frames.headers(stream) for stream in range(3, 2000, 2)]
            ),
            calls=1000,
        )


if __name__ == "__main__":
    unittest.main(verbosity=2)
