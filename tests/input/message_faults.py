"""Requests that are no messages, and bytes that are no requests."""

import gzip
import unittest
import uuid

import fault_case
import greeter
import wire

# Those whose one request gRPC reads before it hands the call over.
WITH_REQUEST = ("unary", "server_stream")
STREAMED = ("client_stream", "bidi_stream")

NO_MESSAGE = b"\xff\xff\xff"
NOT_UTF8 = b"\x0a\x02\xc3\x28"
OVER_LIMIT = b"\x0a\x80\x80\xc0\x02" + b"x" * (5 << 20)
GZIP = ("grpc-encoding", "gzip")

OK, RESOURCE_EXHAUSTED, INTERNAL = 0, 8, 13


def bomb():
    """32 kB that become 32 MiB: gRPC unpacks them before it looks."""
    return gzip.compress(b"\x0a\x80\x80\x80\x10" + b"\0" * (32 << 20))


class MessageFaults(fault_case.FaultCase):
    def send(self, kind, data, *metadata):
        """What a call answers whose whole input is the data."""
        self.request_id = uuid.uuid4().hex
        pairs = wire.headers(
            greeter.path(kind), ("x-request-id", self.request_id), *metadata
        )
        return wire.call(self.server.port, pairs, data)

    def check_internal(self, kind, data, *metadata):
        """INTERNAL for the caller, in the log, in the metrics; and as rejected
        where the handler never saw it."""
        before = self.server.metrics()
        answer = self.send(kind, data, *metadata)
        self.assertEqual(answer.status, INTERNAL, answer)
        self.check_counted(before, kind, "INTERNAL")
        record = self.check_logged(self.request_id, "INTERNAL")
        self.assertEqual(record["level"], "error")
        series = (
            f"requests_rejected_total{{{greeter.label(kind)},"
            'reason="bad_request"}'
        )
        risen = self.server.metrics()[series] - before[series]
        self.assertEqual(risen, int(kind in WITH_REQUEST))
        return answer

    def check_ok(self, kind, data, *metadata):
        before = self.server.metrics()
        answer = self.send(kind, data, *metadata)
        self.assertEqual(answer.status, OK, answer)
        self.check_counted(before, kind, "OK")
        return answer

    def test_bytes_that_are_no_message(self):
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                answer = self.check_internal(kind, wire.frame(NO_MESSAGE))
                said = answer.trailers.get("grpc-message") or answer.headers.get(
                    "grpc-message"
                )
                expected = (
                    "the request does not parse"
                    if kind in WITH_REQUEST
                    else "a message of the stream does not parse"
                )
                self.assertEqual(said, expected)

    def test_bytes_that_are_no_message_after_some_that_are(self):
        for kind in STREAMED:
            with self.subTest(kind=kind):
                good = wire.message_of(kind)
                self.check_internal(kind, good * 3 + wire.frame(NO_MESSAGE) + good)

    def test_text_that_is_not_utf8(self):
        for kind in ("unary", *STREAMED):
            with self.subTest(kind=kind):
                self.check_internal(kind, wire.frame(NOT_UTF8))

    def test_groups_200_deep(self):
        # Fields that the schema does not know; protobuf goes 100 deep.
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                self.check_internal(
                    kind, wire.frame(b"\x7b" * 200 + b"\x7c" * 200)
                )

    def test_an_empty_message_is_a_message(self):
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                self.check_ok(kind, wire.frame(b""))

    def test_no_message(self):
        for kind in WITH_REQUEST:
            with self.subTest(kind=kind):
                self.check_internal(kind, b"")
        for kind in STREAMED:
            with self.subTest(kind=kind):
                self.check_ok(kind, b"")

    def test_frames_that_end_too_early(self):
        cut = {
            "in the message": wire.frame(b"abc", length=100),
            "in the prefix": b"\0\0\0",
            "4 GiB are said to come": wire.frame(b"abc", length=0xFFFFFFFF),
        }
        for name, data in cut.items():
            for kind in WITH_REQUEST:
                with self.subTest(name, kind=kind):
                    self.check_internal(kind, data)
            # gRPC takes it for the stream's end.
            for kind in STREAMED:
                with self.subTest(name, kind=kind):
                    self.check_ok(kind, data)

    def test_messages_over_the_limit(self):
        # Before they are delivered gRPC ends such calls itself. One that takes
        # a request is not seen at all; a stream is seen to be cancelled.
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                before = self.server.metrics()
                with greeter.Client(self.server.port) as client:
                    outcome = client.call(kind, [OVER_LIMIT])
                self.assertEqual(outcome.code, "RESOURCE_EXHAUSTED", outcome)
                self.assertIn("larger than max", outcome.details)
                if kind in WITH_REQUEST:
                    self.check_uncounted(before)
                else:
                    self.check_counted(before, kind, "CANCELLED")
                    self.check_logged(outcome.request_id, "CANCELLED")

    def test_a_message_over_the_limit_in_the_middle_of_a_stream(self):
        for kind in STREAMED:
            with self.subTest(kind=kind):
                before = self.server.metrics()
                good = greeter.request(kind)
                with greeter.Client(self.server.port) as client:
                    outcome = client.call(kind, [good, good, OVER_LIMIT, good])
                self.assertEqual(outcome.code, "RESOURCE_EXHAUSTED", outcome)
                self.check_counted(before, kind, "CANCELLED")

    def test_compressed_messages(self):
        for kind in greeter.KINDS:
            data = gzip.compress(greeter.request(kind).SerializeToString())
            with self.subTest(kind=kind):
                self.check_ok(kind, wire.frame(data, flags=1), GZIP)

    def test_the_compressed_flag_without_an_encoding(self):
        # gRPC hands the bytes over as they are.
        for kind in greeter.KINDS:
            data = gzip.compress(greeter.request(kind).SerializeToString())
            with self.subTest(kind=kind):
                self.check_internal(kind, wire.frame(data, flags=1))

    def test_compressed_messages_that_are_none(self):
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                before = self.server.metrics()
                answer = self.send(kind, wire.frame(b"abc", flags=1), GZIP)
                self.assertIn(answer.reset or answer.status, (2, INTERNAL))
                if kind in WITH_REQUEST:
                    self.check_uncounted(before)
                else:
                    self.check_counted(before, kind, "CANCELLED")

    def test_compressed_messages_over_the_limit(self):
        data = wire.frame(bomb(), flags=1)
        for kind in greeter.KINDS:
            with self.subTest(kind=kind):
                before = self.server.metrics()
                answer = self.send(kind, data, GZIP)
                self.assertEqual(answer.status, RESOURCE_EXHAUSTED, answer)
                if kind in WITH_REQUEST:
                    self.check_uncounted(before)
                else:
                    self.check_counted(before, kind, "CANCELLED")

    def test_odd_flags_and_encodings_do_no_harm(self):
        for kind in greeter.KINDS:
            message = greeter.request(kind).SerializeToString()
            for flags in (2, 0x80, 0xFF):
                with self.subTest(kind=kind, flags=flags):
                    answer = self.send(kind, wire.frame(message, flags=flags))
                    self.assertTrue(answer.is_over(), answer)
            for encoding in ("foo", "", "gzip,deflate", "\xff"):
                with self.subTest(kind=kind, encoding=encoding):
                    answer = self.send(
                        kind, wire.frame(message), ("grpc-encoding", encoding)
                    )
                    self.assertTrue(answer.is_over(), answer)

    def test_more_messages_than_the_method_takes(self):
        for kind in WITH_REQUEST:
            with self.subTest(kind=kind):
                self.check_ok(kind, wire.message_of(kind) * 3)


if __name__ == "__main__":
    unittest.main(verbosity=2)
