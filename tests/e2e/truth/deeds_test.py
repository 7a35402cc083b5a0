"""What interceptors did must be seen: true books pass, and each falsified copy
of them does not."""

import copy
import unittest

import deeds
from books import ALTERED, Books, counted, recorded


def ended(request_id, **fields):
    """Another end of a call than was, in its client's eyes."""
    return lambda books: vars(books.calls[request_id]).update(fields)


def asked(method, deed):
    """As if its interceptor had not been there."""
    text = "Hello, a" if method == "SayHello" else "50"
    return ended(f"{method}.{deed}", code="OK", received=5, details=text)


FALSIFIED = {
    "an exception that was not counted, nor logged": lambda books: (
        books.count(-1, "exceptions_total", "Chat"),
        [
            record.pop("exception", None)
            for record in books.records
            if record["request_id"] == "Chat.throw"
        ],
    ),
    # One may be of the call whose end its client does not know.
    "a refusal too many": counted(
        2, "requests_rejected_total", "Chat", reason="interceptor"
    ),
    "a refusal too few": counted(
        -1, "requests_rejected_total", "Chat", reason="interceptor"
    ),
    "a call too many that waited in vain": counted(
        2, "requests_rejected_total", "Chat", reason="queue_full"
    ),
    "a call too few that waited in vain": counted(
        -1, "requests_rejected_total", "SayHello", reason="queue_full"
    ),
    **{
        f"a {method} that asked for {deed} and was served": asked(method, deed)
        for method in ALTERED
        for deed in deeds.DEEDS
    },
    "a call that was refused unasked": ended(
        "Chat.OK", code="PERMISSION_DENIED"
    ),
    "a call that was changed unasked": ended("Chat.OK", details="altered"),
    "a call that was answered unasked": ended(
        "SayHello.OK", details="answered"
    ),
    "a message in spite of a refusal": ended(
        "Chat.refuse_request", code="OK", details="a"
    ),
    "a message beside an answer": ended("Chat.answer", details="a"),
    "a method that is none and was served": ended(
        "other.UNIMPLEMENTED", code="OK"
    ),
    "a caller who was told too much": ended("Chat.throw", details="secret"),
    "a log that was told too much": recorded(1, error="a secret"),
}


class DeedsTest(unittest.TestCase):
    """See above."""

    def test_true_books_pass(self):
        self.assertEqual(Books().deed_faults(), [])

    def test_falsified_books_do_not(self):
        for name, falsify in FALSIFIED.items():
            with self.subTest(name):
                books = Books()
                falsify(books)
                self.assertNotEqual(books.deed_faults(), [])

    def test_deeds_that_nobody_saw(self):
        books = Books()
        self.assertEqual(deeds.check_variety(books.calls), [])
        for deed in deeds.DEEDS:
            calls = copy.deepcopy(books.calls)
            for method in ALTERED:
                del calls[f"{method}.{deed}"]
            self.assertEqual(len(deeds.check_variety(calls)), 1, deed)


if __name__ == "__main__":
    unittest.main()
