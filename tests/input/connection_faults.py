"""Connections that break: garbage on the port, callers that vanish."""

import os
import random
import signal
import socket
import subprocess
import sys
import textwrap
import time
import unittest
import urllib.error
import urllib.request

import fault_case
import greeter
import wire

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
EMPTY_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
# What a browser begins with, cut short after the cipher suites.
TLS_HELLO = bytes.fromhex("16030100c4010000c00303") + bytes(32) + b"\0\0\x02\x13\x01"


class ConnectionFaults(fault_case.FaultCase):
    def connect(self, port=None):
        return socket.create_connection(
            ("127.0.0.1", port or self.server.port), wire.TIMEOUT
        )

    def send_raw(self, data, port=None):
        """Sends bytes, and reads until the end or for half a second."""
        with self.connect(port) as connection:
            received = b""
            try:
                connection.sendall(data)
                connection.settimeout(0.5)
                while piece := connection.recv(1 << 16):
                    received += piece
            except OSError:
                pass
            return received

    def test_garbage(self):
        before = self.server.metrics()
        noise = random.Random(2)
        for size in (1, 24, 64 << 10):
            for _ in range(5):
                self.send_raw(noise.randbytes(size))
        self.send_raw(PREFACE + noise.randbytes(64 << 10))
        self.send_raw(PREFACE + EMPTY_SETTINGS + noise.randbytes(64 << 10))
        self.check_uncounted(before)

    def test_other_protocols(self):
        before = self.server.metrics()
        for data in (
            b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
            b"POST /acme.greeter.v1.Greeter/SayHello HTTP/1.1\r\n"
            b"Content-Type: application/grpc\r\nContent-Length: 0\r\n\r\n",
            b"GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\n"
            b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n",
            TLS_HELLO,
            b"SSH-2.0-OpenSSH_9.2\r\n",
            PREFACE[:10],
        ):
            with self.subTest(data=data[:12]):
                self.send_raw(data)
        self.check_uncounted(before)

    def test_half_open_connections(self):
        # They say nothing, or stop after the preface; others are served.
        opened = [self.connect() for _ in range(50)]
        for connection in opened[::2]:
            connection.sendall(PREFACE)
        with greeter.Client(self.server.port) as client:
            self.check_quick(client)
        for connection in opened:
            connection.close()

    def test_callers_that_send_one_byte_at_a_time(self):
        with wire.Connection(self.server.port) as connection:
            pairs = wire.headers(greeter.path("unary"))
            stream = connection.send_headers(pairs)
            for byte in wire.message_of("unary"):
                connection.send_data(stream, bytes([byte]))
                time.sleep(0.01)
            connection.send_data(stream, b"", end=True)
            self.assertEqual(connection.wait(stream).status, 0)

    def test_connections_that_come_and_are_reset(self):
        for _ in range(200):
            connection = self.connect()
            wire.Connection.abort(type("", (), {"socket": connection}))

    def begin(self, kind, fault):
        """A connection with a call on it that has come to its handler."""
        connection = wire.Connection(self.server.port)
        pairs = wire.headers(greeter.path(kind), ("fault", fault))
        stream = connection.send_headers(pairs)
        end = kind in ("unary", "server_stream")
        connection.send_data(stream, wire.message_of(kind), end=end)
        if kind in ("server_stream", "bidi_stream"):
            connection.wait_for(stream, lambda answer: answer.data)
        return connection, stream

    def check_all_cancelled(self, before, kind, count):
        series = f'requests_total{{{greeter.label(kind)},code="CANCELLED"}}'
        begun = before.get(series, 0)
        fault_case.wait_until(
            lambda: self.server.metrics().get(series, 0) >= begun + count
        )
        self.assertEqual(self.settle(), [])
        self.assertEqual(self.server.metrics().get(series, 0) - begun, count)

    def test_200_callers_vanish_in_the_middle_of_a_stream(self):
        for kind in ("server_stream", "bidi_stream"):
            with self.subTest(kind=kind):
                before = self.server.metrics()
                # No more at a time than there are workers.
                for _ in range(5):
                    begun = [self.begin(kind, "wait") for _ in range(40)]
                    for i, (connection, _) in enumerate(begun):
                        connection.abort() if i % 2 else connection.close()
                self.check_all_cancelled(before, kind, 200)

    def test_callers_reset_calls_before_during_and_after(self):
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                with wire.Connection(self.server.port) as connection:
                    pairs = wire.headers(greeter.path(kind))
                    for i in range(200):
                        stream = connection.send_headers(pairs)
                        if i % 3:
                            connection.send_data(stream, wire.message_of(kind))
                        connection.reset(stream)
                self.assertEqual(self.settle(), [])

    def test_a_caller_dies_in_the_middle_of_streams(self):
        program = textwrap.dedent(
            f"""
            import greeter
            client = greeter.Client({self.server.port})
            wait = (("fault", "wait"),)
            calls = [
                client.start("bidi_stream", metadata=wait) for _ in range(20)
            ]
            for call in calls:
                next(call)
            print("begun", flush=True)
            for _ in calls[0]:
                pass
            """
        )
        before = self.server.metrics()
        with subprocess.Popen(
            [sys.executable, "-c", program],
            stdout=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        ) as caller:
            self.assertEqual(caller.stdout.readline(), b"begun\n")
            caller.send_signal(signal.SIGKILL)
        self.check_all_cancelled(before, "bidi_stream", 20)

    def test_callers_that_do_not_read(self):
        # The server may not keep what they do not take.
        before = self.server.metrics()
        callers = []
        for _ in range(20):
            connection = wire.Connection(self.server.port)
            pairs = wire.headers(greeter.path("server_stream"))
            stream = connection.send_headers(pairs)
            many = wire.message_of("server_stream", 1_000_000)
            connection.send_data(stream, many, end=True)
            callers.append(connection)
        series = f"requests_in_flight{{{greeter.label('server_stream')}}}"
        self.assertTrue(
            fault_case.wait_until(
                lambda: self.server.metrics()[series] == len(callers)
            )
        )
        time.sleep(1)
        for connection in callers:
            connection.abort()
        self.check_all_cancelled(before, "server_stream", 20)

    def test_frames_on_streams_that_there_are_not(self):
        with wire.Connection(self.server.port) as connection:
            connection.raw(b"\0\0\5\0\0\0\0\0\x63hello")  # DATA on stream 99
            connection.raw(b"\0\0\4\x03\0\0\0\0\x65\0\0\0\x08")  # RST on 101
            connection.wait_for_close(timeout=1)

    def test_garbage_on_the_http_port(self):
        noise = random.Random(3)
        port = self.server.http_port
        for data in (
            noise.randbytes(64 << 10),
            PREFACE + EMPTY_SETTINGS,
            TLS_HELLO,
            b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
            b"GET /metrics HTTP/1.1\r\n" + b"X: y\r\n" * 10_000 + b"\r\n",
            b"GET /../../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n",
            b"POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        ):
            with self.subTest(data=data[:20]):
                received = self.send_raw(data, port)
                self.assertFalse(received.startswith(b"HTTP/1.1 200"))
                self.assertNotIn(b"root:", received)
        self.assertIn("requests_total", self.server.metrics_text())
        with self.assertRaises(urllib.error.HTTPError) as raised:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/none", timeout=10)
        self.assertEqual(raised.exception.code, 404)
        raised.exception.close()


if __name__ == "__main__":
    unittest.main(verbosity=2)
