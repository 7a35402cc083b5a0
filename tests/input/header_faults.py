"""Headers, paths and timeouts that no client of gRPC would send."""

import random
import unittest

import fault_case
import greeter
import wire

UNKNOWN, UNIMPLEMENTED, UNAVAILABLE = 2, 12, 14


class HeaderFaults(fault_case.FaultCase):
    def send(self, *more, path=None, **instead):
        """What a unary call of such headers answers."""
        pairs = wire.headers(path or greeter.path("unary"), *more, **instead)
        return wire.call(self.server.port, pairs, wire.message_of("unary"))

    def test_headers_over_the_limit(self):
        for size in (9_000, 70_000):
            with self.subTest(size=size):
                before = self.server.metrics()
                with greeter.Client(self.server.port) as client:
                    outcome = client.call(
                        "unary", metadata=[("x-big", "v" * size)]
                    )
                self.assertEqual(outcome.code, "RESOURCE_EXHAUSTED", outcome)
                self.check_uncounted(before)
                answer = self.send(("x-big", "v" * size))
                self.assertTrue(answer.is_over(), answer)
                self.assertNotEqual(answer.status, 0)

    def test_many_headers_over_the_limit(self):
        before = self.server.metrics()
        answer = self.send(*((f"x-{i}", "v") for i in range(10_000)))
        self.assertTrue(answer.is_over(), answer)
        self.assertNotEqual(answer.status, 0)
        self.check_uncounted(before)

    def test_binary_headers_that_are_not_base64(self):
        # gRPC closes the connection, and with it other calls on it.
        for value in ("!!!", "A", "AAA=A", "\xff\xff\xff\xff"):
            with self.subTest(value=value):
                answer = self.send(("x-bin", value))
                self.assertTrue(answer.is_over(), answer)
                self.assertNotEqual(answer.status, 0)

    def test_headers_that_mean_something_to_grpc(self):
        names = (
            "grpc-status",
            "grpc-message",
            "grpc-encoding",
            "grpc-accept-encoding",
            "grpc-internal-encoding-request",
            "grpc-previous-rpc-attempts",
            "grpc-retry-pushback-ms",
            "grpc-tags-bin",
            "grpc-trace-bin",
            "grpc-server-stats-bin",
            "grpclb_client_stats",
            "lb-token",
            "lb-cost-bin",
            "endpoint-load-metrics-bin",
            "host",
            "content-length",
            "connection",
            "te",
            "user-agent",
            ":status",
            ":unknown",
            "Upper-Case",
            "with space",
            "new\nline",
            "",
        )
        for name in names:
            for value in ("value", "", "\xff\x00\n", "0"):
                with self.subTest(name=name, value=value):
                    answer = self.send((name, value))
                    self.assertTrue(answer.is_over(), answer)

    def test_request_ids_that_are_none(self):
        for value in ("\xff", "two words", "x" * 129, '","a":"b', "{}", ""):
            with self.subTest(value=value):
                answer = self.send(("x-request-id", value))
                self.assertEqual(answer.status, 0)
                self.assertNotIn("x-request-id", answer.headers)
                self.assertEqual(self.server.records(value), [])

    def test_headers_that_are_missing_or_wrong(self):
        # gRPC answers these itself: they are not counted.
        before = self.server.metrics()
        for instead in (
            {"method": "GET"},
            {"method": "PUT"},
            {"method": "\xff"},
            {"method": None},
            {"scheme": None},
            {"authority": None},
            {"te": None},
            {"te": "gzip"},
        ):
            with self.subTest(**instead):
                answer = self.send(**instead)
                self.assertEqual(answer.status, UNKNOWN, answer)
        self.check_uncounted(before)

    def test_content_types_that_are_not_grpcs(self):
        # gRPC for C++ serves them all the same.
        for content_type in (None, "", "text/plain", "application/json", "\xff"):
            with self.subTest(content_type=content_type):
                answer = self.send(content_type=content_type)
                self.assertTrue(answer.is_over(), answer)

    def test_bad_timeouts_are_no_timeouts(self):
        for timeout in (
            "",
            "1",
            "n",
            "S",
            "-1S",
            "1x",
            "1.5S",
            " 1S",
            "1SS",
            "0x1S",
            "123456789S",
            "\xff",
        ):
            with self.subTest(timeout=timeout):
                answer = self.send(("grpc-timeout", timeout))
                self.assertEqual(answer.status, 0, answer)

    def test_timeouts_of_nothing_are_over_at_once(self):
        label = greeter.label("unary")
        series = f'requests_total{{{label},code="DEADLINE_EXCEEDED"}}'
        for timeout in ("0n", "0S", "00000000H"):
            with self.subTest(timeout=timeout):
                before = self.server.metrics()
                pairs = wire.headers(
                    greeter.path("unary"), ("grpc-timeout", timeout)
                )
                with wire.Connection(self.server.port) as connection:
                    stream = connection.send_headers(pairs)
                    connection.send_data(
                        stream, wire.message_of("unary"), end=True
                    )
                    # gRPC does not always answer these, whoever serves.
                    answer = connection.wait(stream, timeout=1)
                self.assertIn(answer.status, (4, None), answer)
                self.assertEqual(self.risen(before, series), 1)

    def test_deadlines_of_ages_to_come(self):
        # No clock of 64 bits of nanoseconds holds the first two.
        for timeout in ("99999999H", "9999999H", "20000H"):
            with self.subTest(timeout=timeout):
                answer = self.send(
                    ("grpc-timeout", timeout), ("fault", "deadline")
                )
                self.assertEqual(answer.status, 0, answer)
                left = answer.data[7:].decode()
                if left != "none":
                    self.assertGreater(int(left), 19_999 * 3_600_000)

    def test_paths_that_are_no_methods(self):
        service = greeter.SERVICE
        for path in (
            "/",
            "//",
            "*",
            "no-slash",
            "/a",
            "/a/b/c",
            service,
            service[:-1],
            service + "SayHello/",
            service + "SayHello?query",
            service + "/SayHello",
            service + "sayhello",
            "http://localhost" + service + "SayHello",
            "/\xff\xfe/\xff",
            "/" + "a" * 7000,
            "/" + '\x7f"\\{}%' * 900,
        ):
            with self.subTest(path=path[:60]):
                before = self.server.metrics()
                answer = self.send(path=path)
                self.assertEqual(answer.status, UNIMPLEMENTED, answer)
                series = 'requests_total{method="other",code="UNIMPLEMENTED"}'
                self.assertEqual(self.risen(before, series), 1)

    def test_a_flood_of_unknown_methods_is_one_series(self):
        before = self.server.metrics()
        names = random.Random(1)
        with greeter.Client(self.server.port) as client:
            for i in range(1000):
                path = f"/made.up.Service{names.random()}/Method{i}"
                method = client.channel.unary_unary(path)
                with self.assertRaises(greeter.grpc.RpcError) as raised:
                    method(b"", timeout=20)
                self.assertEqual(raised.exception.code().name, "UNIMPLEMENTED")
        series = 'requests_total{method="other",code="UNIMPLEMENTED"}'
        fault_case.wait_until(
            lambda: self.server.metrics()[series] >= before.get(series, 0) + 1000
        )
        after = self.server.metrics()
        self.assertEqual(after[series] - before.get(series, 0), 1000)
        grown = set(after) - set(before)
        self.assertLessEqual(
            {name for name in grown if 'method="other"' not in name}, set()
        )
        self.assertNotIn("made.up", self.server.metrics_text())


if __name__ == "__main__":
    unittest.main(verbosity=2)
