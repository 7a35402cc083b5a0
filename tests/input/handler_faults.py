"""Handlers that do wrong, each in all kinds of calls where it makes sense."""

import unittest
import uuid

import fault_case
import greeter
import wire

STREAMED = ("client_stream", "bidi_stream")  # requests
ANSWERED = ("server_stream", "bidi_stream")  # responses
TEXT = ("unary", "client_stream", "bidi_stream")


class HandlerFaults(fault_case.FaultCase):
    def call(self, kind, fault, code, server_code=None, **options):
        """Makes a call that must come to the code on both sides."""
        before = self.server.metrics()
        with greeter.Client(self.server.port) as client:
            outcome = client.call(kind, fault=fault, **options)
        self.assertEqual(outcome.code, code, outcome)
        server_code = server_code or code
        self.check_counted(before, kind, server_code)
        self.record = self.check_logged(outcome.request_id, server_code)
        return outcome

    def each(self, kinds, faults=("",)):
        """Pairs with a context each that names them when a check fails."""
        for kind in kinds:
            for fault in faults:
                yield kind, fault, self.subTest(kind=kind, fault=fault)

    def test_normal_calls(self):
        for kind, _, case in self.each(greeter.KINDS):
            with case:
                outcome = self.call(kind, "", "OK")
                expected = 3 if kind == "server_stream" else 1
                self.assertEqual(len(outcome.messages), expected)

    def test_throw(self):
        faults = ("throw", "throw-int", "throw-bytes")
        for kind, fault, case in self.each(greeter.KINDS, faults):
            with case:
                before = self.server.metrics()
                outcome = self.call(kind, fault, "UNKNOWN")
                self.assertEqual(outcome.details, "the handler threw an exception")
                self.check_exception(before, kind, fault, outcome)

    def check_exception(self, before, kind, fault, outcome):
        """It is counted, and the log says what the caller is not told."""
        series = f"exceptions_total{{{greeter.label(kind)}}}"
        self.assertEqual(self.risen(before, series), 1)
        said = fault_case.wait_until(
            lambda: self.server.records(outcome.request_id)
        )
        self.assertEqual(len(said), 1, said)
        self.assertEqual(said[0]["level"], "error")
        self.assertEqual(said[0]["method"], greeter.path(kind))
        what = {
            "throw": "std::runtime_error: secret",
            "throw-late": "std::runtime_error: secret",
            "throw-int": "int",
            "throw-bytes": "NoText",
        }
        self.assertIn(what[fault], said[0]["exception"])

    def test_throw_after_the_first_message(self):
        for kind, fault, case in self.each(
            ("server_stream", *STREAMED), ["throw-late"]
        ):
            with case:
                before = self.server.metrics()
                outcome = self.call(kind, fault, "UNKNOWN")
                self.assertEqual(len(outcome.messages), kind in ANSWERED)
                self.check_exception(before, kind, fault, outcome)

    def test_waits_until_the_caller_leaves(self):
        for kind, fault, case in self.each(
            greeter.KINDS, ("wait", "ok-after-cancel", "use-after-cancel")
        ):
            with case:
                self.call(
                    kind, fault, "CANCELLED", cancel_when=self.server.waits
                )
                overruled = None if fault == "wait" else "OK"
                self.assertEqual(self.record.get("handler_code"), overruled)

    def test_waits_until_the_deadline(self):
        # Of callers that leave it to the server: those who watch it themselves
        # may be the first to know, and cancel. What the caller is told does not
        # matter: gRPC does not always answer it, whoever serves.
        for kind, fault, case in self.each(
            greeter.KINDS, ("wait", "ok-after-cancel", "use-after-cancel")
        ):
            with case:
                self.check_deadline(kind, fault)

    def check_deadline(self, kind, fault):
        for milliseconds in 200, 1000, 5000:
            before = self.server.metrics()
            request_id = uuid.uuid4().hex
            pairs = wire.headers(
                greeter.path(kind),
                ("fault", fault),
                ("x-request-id", request_id),
                ("grpc-timeout", f"{milliseconds}m"),
            )
            with wire.Connection(self.server.port) as connection:
                stream = connection.send_headers(pairs)
                end = kind in ("unary", "server_stream")
                connection.send_data(stream, wire.message_of(kind), end=end)
                self.check_counted(before, kind, "DEADLINE_EXCEEDED")
            record = self.check_logged(request_id, "DEADLINE_EXCEEDED")
            if self.server.waits(request_id):
                break  # else it was over before a busy machine began with it
        overruled = "CANCELLED" if fault == "wait" else "OK"
        self.assertEqual(record.get("handler_code"), overruled)

    def test_ends_early_while_the_caller_goes_on(self):
        for kind, fault, case in self.each(STREAMED, ["early"]):
            with case:
                many = (greeter.request(kind, "x" * 10000) for _ in range(2000))
                outcome = self.call(kind, fault, "OK", requests=many)
                self.assertEqual(len(outcome.messages), 1)

    def test_text_that_is_not_utf8(self):
        # gRPC for C++ sends what it is given; the caller cannot read it.
        for kind, fault, case in self.each(TEXT, ["bad-utf8"]):
            with case:
                before = self.server.metrics()
                with greeter.Client(self.server.port) as client:
                    outcome = client.call(kind, fault=fault)
                self.assertEqual(outcome.code, "INTERNAL", outcome)
                self.assertIn("deserializing", outcome.details)
                label = greeter.label(kind)
                series = f"requests_started_total{{{label}}}"
                self.assertEqual(self.risen(before, series), 1)

    def test_answers_over_the_callers_limit(self):
        for kind, fault, case in self.each(TEXT, ["huge"]):
            with case:
                before = self.server.metrics()
                with greeter.Client(self.server.port) as client:
                    outcome = client.call(kind, fault=fault)
                self.assertEqual(outcome.code, "RESOURCE_EXHAUSTED", outcome)
                series = f"requests_started_total{{{greeter.label(kind)}}}"
                self.assertEqual(self.risen(before, series), 1)
                # OK if the caller's refusal came after the end.
                records = fault_case.wait_until(
                    lambda: self.server.records(outcome.request_id)
                )
                self.assertIn(records[0]["code"], ("OK", "CANCELLED"))

    def test_huge_answers_for_a_caller_that_takes_them(self):
        for kind, fault, case in self.each(TEXT, ["huge"]):
            with case:
                before = self.server.metrics()
                client = greeter.Client(self.server.port)
                client.channel = greeter.grpc.insecure_channel(
                    f"127.0.0.1:{self.server.port}",
                    options=[("grpc.max_receive_message_length", 8 << 20)],
                )
                with client:
                    outcome = client.call(kind, fault=fault)
                self.assertEqual(outcome.code, "OK", outcome)
                self.assertGreater(outcome.messages[0].ByteSize(), 6 << 20)
                self.check_counted(before, kind, "OK")

    def test_codes_that_there_are_not(self):
        for kind, fault, case in self.each(greeter.KINDS, ("code-99", "code--1")):
            with case:
                outcome = self.call(kind, fault, "UNKNOWN")
                self.assertEqual(outcome.details, "odd")

    def test_long_messages_of_statuses_are_cut(self):
        for kind, fault, case in self.each(greeter.KINDS, ["long-message"]):
            with case:
                outcome = self.call(kind, fault, "NOT_FOUND")
                self.assertGreaterEqual(len(outcome.details), 1000)
                self.assertEqual(set(outcome.details), {"m"})

    def test_long_messages_are_cut_between_letters(self):
        # On the wire each letter is six characters.
        for kind, fault, case in self.each(greeter.KINDS, ["long-text"]):
            with case:
                outcome = self.call(kind, fault, "NOT_FOUND")
                self.assertGreaterEqual(len(outcome.details), 500)
                self.assertEqual(set(outcome.details), {"\u00e4"})

    def test_messages_of_statuses_that_are_not_utf8(self):
        for kind, fault, case in self.each(greeter.KINDS, ["bad-message"]):
            with case:
                outcome = self.call(kind, fault, "NOT_FOUND")
                self.assertIn("%41", outcome.details)

    def test_metadata_that_grpc_would_abort_on(self):
        for kind, fault, case in self.each(greeter.KINDS, ["bad-metadata"]):
            with case:
                outcome = self.call(kind, fault, "OK")
                self.assertEqual(outcome.initial.get("good"), "value")
                self.assertEqual(outcome.trailing.get("good"), "value")

    def test_metadata_of_the_protocol(self):
        # gRPC drops some of these, breaks HTTP/2 with others, and aborts on one.
        for key in (
            "te",
            "content-type",
            "content-length",
            "connection",
            "keep-alive",
            "proxy-connection",
            "transfer-encoding",
            "upgrade",
            "lb-cost-bin",
            "grpclb_client_stats",
            "endpoint-load-metrics-bin",
        ):
            for kind in ("unary", "bidi_stream"):
                with self.subTest(key=key, kind=kind):
                    self.check_protocol_metadata(kind, key)

    def check_protocol_metadata(self, kind, key):
        pair = (("key-bin", key.encode()), ("value-bin", b"value"))
        with greeter.Client(self.server.port) as client:
            outcome = client.call(kind, fault="metadata", metadata=pair)
        self.assertEqual(outcome.code, "INVALID_ARGUMENT", outcome)

if __name__ == "__main__":
    unittest.main(verbosity=2)
