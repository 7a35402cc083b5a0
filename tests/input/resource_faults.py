"""A machine that runs out of something, each fault with a server of its own."""

import os
import resource
import signal
import socket
import subprocess
import threading
import time
import unittest
import urllib.request

import fault_case
import frames
import greeter
import ports


def limit(what, value):
    """For a child: a hard limit, so that it is not raised again."""
    return lambda: resource.setrlimit(what, (value, value))


class ResourceFaults(unittest.TestCase):
    def serve(self, *flags, **popen):
        server = fault_case.Server(*flags, **popen)
        self.addCleanup(server.process.kill)
        return server

    def serve_unread(self, output):
        """A server whose log goes elsewhere, and its two ports."""
        port, http_port = ports.free_ports(2)
        process = subprocess.Popen(
            [
                os.environ["FAULT_SERVER"],
                "--style=" + os.environ["STYLE"],
                f"--port={port}",
                f"--http_port={http_port}",
            ],
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
        self.addCleanup(process.kill)

        def answers():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return False
            return True

        self.assertTrue(fault_case.wait_until(answers), process.poll())
        return process, port, http_port

    def check_serves(self, process, port, calls=1):
        with greeter.Client(port) as client:
            for kind in list(greeter.KINDS) * calls:
                fault_case.check_quick(
                    self,
                    process,
                    lambda: client.call(  # noqa: B023
                        kind, timeout=fault_case.PATIENCE
                    ),
                )

    def check_ends(self, process):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=fault_case.PATIENCE), 0)

    def test_file_descriptors_run_out(self):
        # Stock gRPC 1.51 never listens again: CVE-2023-4785.
        server = self.serve(preexec_fn=limit(resource.RLIMIT_NOFILE, 64))
        self.check_serves(server.process, server.port)
        files = server.file_count()
        opened = [
            socket.create_connection(("127.0.0.1", server.port), 60)
            for _ in range(200)
        ]
        time.sleep(0.5)
        for connection in opened:
            connection.close()
        self.check_serves(server.process, server.port)
        self.assertTrue(
            fault_case.wait_until(lambda: server.file_count() <= files + 2)
        )
        self.assertEqual(server.stop(), 0)

    def test_file_descriptors_run_out_by_http(self):
        server = self.serve(preexec_fn=limit(resource.RLIMIT_NOFILE, 64))
        opened = []
        for _ in range(100):
            connection = socket.socket()
            connection.setblocking(False)
            connection.connect_ex(("127.0.0.1", server.http_port))
            opened.append(connection)
        time.sleep(0.5)
        for connection in opened:
            connection.close()
        self.check_serves(server.process, server.port)
        self.assertTrue(
            fault_case.wait_until(lambda: "workers" in server.metrics())
        )
        self.assertEqual(server.stop(), 0)

    def test_the_disk_of_the_log_is_full(self):
        with open("/dev/full", "wb") as full:
            process, port, http_port = self.serve_unread(full)
        self.check_serves(process, port, calls=50)
        url = f"http://127.0.0.1:{http_port}/metrics"

        def all_are_counted():
            with urllib.request.urlopen(url, timeout=60) as response:
                page = response.read()
            return page.count(b',code="OK"} 50\n') == len(greeter.KINDS)

        self.assertTrue(fault_case.wait_until(all_are_counted))
        self.check_ends(process)

    def test_standard_output_is_closed(self):
        reading, writing = os.pipe()
        process, port, _ = self.serve_unread(writing)
        os.close(writing)
        os.close(reading)
        self.check_serves(process, port, calls=50)
        self.check_ends(process)

    def test_nobody_reads_standard_output(self):
        reading, writing = os.pipe()
        process, port, _ = self.serve_unread(writing)
        os.close(writing)
        self.check_serves(process, port, calls=300)
        os.close(reading)
        self.check_ends(process)

    def test_the_stop_while_nobody_reads_standard_output(self):
        reading, writing = os.pipe()
        self.addCleanup(os.close, reading)
        process, port, _ = self.serve_unread(writing)
        os.close(writing)
        self.check_serves(process, port, calls=300)
        process.send_signal(signal.SIGTERM)
        # Its log was not written, which it tells by its code.
        self.assertEqual(process.wait(timeout=fault_case.PATIENCE), 1)

    def test_scrapers(self):
        # 100 side by side, some that never read and some that are killed.
        server = self.serve()
        address = ("127.0.0.1", server.http_port)
        ask = b"GET /metrics HTTP/1.0\r\n\r\n"
        deaf = [socket.create_connection(address, 60) for _ in range(4)]
        for connection in deaf:
            connection.sendall(ask)
        for _ in range(50):
            killed = socket.create_connection(address, 60)
            killed.sendall(ask)
            killed.close()
        answers = []

        def scrape():
            with socket.create_connection(address, 60) as connection:
                connection.sendall(ask)
                data = b""
                while piece := connection.recv(1 << 16):
                    data += piece
                answers.append(data)

        threads = [threading.Thread(target=scrape) for _ in range(100)]
        for thread in threads:
            thread.start()
        self.check_serves(server.process, server.port, calls=20)
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 100)
        for answer in answers:
            self.assertTrue(answer.startswith(b"HTTP/1.1 200"), answer[:100])
            self.assertIn(b"requests_total", answer)
        for connection in deaf:
            connection.close()
        self.assertEqual(server.stop(), 0)

    def test_address_space_runs_short(self):
        # A thread's stack and arena take 72 MiB each: of 2 GiB there are all
        # that the calls need, of 256 MiB only some.
        self.check_with_address_space(2 << 30)
        self.check_with_address_space(256 << 20)

    def test_address_space_runs_out(self):
        # One thread, at the most, can be started.
        self.check_with_address_space(16 << 20)

    def check_with_address_space(self, more):
        server = self.serve()
        self.check_serves(server.process, server.port)
        with open(f"/proc/{server.process.pid}/statm", encoding="ascii") as file:
            pages = int(file.read().split()[0])
        size = pages * resource.getpagesize() + more
        resource.prlimit(server.process.pid, resource.RLIMIT_AS, (size, size))
        with frames.Connection(server.port) as connection:
            for stream in range(1, 2000, 2):
                connection.send(frames.headers(stream, kind="bidi_stream"))
        self.check_serves(server.process, server.port, calls=5)
        self.assertEqual(server.stop(), 0)

    def test_a_stopped_process_goes_on(self):
        server = self.serve()
        self.check_serves(server.process, server.port)
        server.process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        server.process.send_signal(signal.SIGCONT)
        self.check_serves(server.process, server.port)
        self.assertEqual(server.stop(), 0)

    def test_processors_are_busy(self):
        busy = [
            subprocess.Popen(["sh", "-c", "while :; do :; done"])
            for _ in range(2 * os.cpu_count())
        ]
        try:
            server = self.serve()
            with greeter.Client(server.port) as client:
                for kind in list(greeter.KINDS) * 20:
                    self.assertEqual(client.call(kind).code, "OK")
            # A call is counted after its caller has its answer.
            fault_case.wait_until(
                lambda: not fault_case.unbalanced(server.metrics())
            )
            self.assertEqual(fault_case.unbalanced(server.metrics()), [])
            self.assertEqual(server.stop(), 0)
        finally:
            for each in busy:
                each.kill()
                each.wait()


if __name__ == "__main__":
    unittest.main(verbosity=2)
