"""The judge must see what is wrong: true books pass, and each falsified copy of
them does not."""

import copy
import unittest

import accounts
import judge
from books import ENDS, PATHS, Books, counted, recorded, series


def move(books):
    """A call under another code than it had, in all that the server has."""
    books.count(-1, "requests_total", "Chat", code="NOT_FOUND")
    books.count(1, "requests_total", "Chat", code="OK")
    for record in books.records:
        if record["request_id"] == "Chat.NOT_FOUND" and "code" in record:
            record["code"] = "OK"


FALSIFIED = {
    "a start too many": counted(1, "requests_started_total", "Chat"),
    "a start too few": counted(-1, "requests_started_total", "Chat"),
    "an end too many": counted(1, "requests_total", "Count", code="OK"),
    "an end too few": counted(-1, "requests_total", "Count", code="OK"),
    "something in flight": counted(1, "requests_in_flight", "other"),
    "less than nothing in flight": counted(-1, "requests_in_flight", "other"),
    "a duration too many": counted(
        1, "request_duration_seconds_count", "Collect"
    ),
    "a bucket that is over the next": counted(
        1, "request_duration_seconds_bucket", "Collect", le="0.1"
    ),
    "a last bucket that is not the count": counted(
        1, "request_duration_seconds_bucket", "Collect", le="+Inf"
    ),
    "an exception that nobody logged": counted(1, "exceptions_total", "Chat"),
    "a message that was received and not sent": counted(
        -1, "messages_sent_total", "Count"
    ),
    "a dropped record that was not": lambda books: books.samples.update(
        {(accounts.PREFIX + "log_records_dropped_total", frozenset()): 1}
    ),
    "another code": move,
    "another code in the log": recorded(1, code="NOT_FOUND"),
    "a record of another method": recorded(1, method=PATHS["Chat"]),
    "a record of an unknown call": lambda books: [
        record.update(request_id="x") for record in books.records[:2]
    ],
    "a record that does not join": recorded(0, request_id="x"),
    "an end before its beginning": lambda books: books.records.insert(
        0, books.records.pop(1)
    ),
    "a record that is missing": lambda books: books.records.pop(),
    "a record twice": lambda books: books.records.append(books.records[-1]),
    "a call that nobody served": lambda books: books.calls.update(
        {"x": accounts.Call("Chat", "OK")}
    ),
    "a refused call that was served": lambda books: (
        books.calls.pop("refused"),
        books.records.extend(
            {
                "event": event,
                "method": PATHS["SayHello"],
                "request_id": "refused",
            }
            for event in ("grpc.request", "grpc.response")
        ),
    ),
    "an exception in the log that nobody counted": recorded(
        1, exception="std::runtime_error"
    ),
}


class JudgeTest(unittest.TestCase):
    """See above."""

    def test_true_books_pass(self):
        self.assertEqual(Books().faults(), [])

    def test_falsified_books_do_not(self):
        for name, falsify in FALSIFIED.items():
            with self.subTest(name):
                books = copy.deepcopy(Books())
                falsify(books)
                self.assertNotEqual(books.faults(), [])

    def test_what_clients_cannot_know_may_differ(self):
        for code in ("OK", "CANCELLED", "UNKNOWN"):
            books = Books()
            books.add("SayHello", code)
            call = books.calls.pop(f"SayHello.{code}")
            if code in ENDS:
                # The killed client's call is the one more.
                books.calls[f"SayHello.{code}"] = call
            self.assertEqual(
                judge.check_codes(books.calls, books.samples), [], code
            )

    def test_counters_that_fall_or_go(self):
        books = Books()
        for name, labels in (
            ("requests_started_total", {}),
            ("requests_total", {"code": "OK"}),
            ("request_duration_seconds_count", {}),
            ("request_duration_seconds_bucket", {"le": "0.1"}),
        ):
            after = copy.deepcopy(books)
            after.count(-1, name, "Chat", **labels)
            check = judge.check_growth
            self.assertEqual(
                len(check(books.samples, after.samples, books.types)), 1, name
            )
            self.assertEqual(
                check(after.samples, books.samples, books.types), [], name
            )
            del after.samples[series(name, "Chat", **labels)]
            self.assertEqual(
                len(check(books.samples, after.samples, books.types)), 1, name
            )

    def test_lines_that_are_none(self):
        self.assertEqual(len(accounts.read_log(["{}\n", '{"a": \n', "1\n"])[1]), 2)
        ledger = [
            "B a Chat -\n",
            "E a OK 1 \n",
            "E a OK 1 \n",
            "E b OK 1 \n",
            "B",
        ]
        calls, faults = accounts.read_ledger(ledger)
        self.assertEqual((len(calls), len(faults)), (1, 2))

    def test_pages_of_both_formats(self):
        page = (
            "# TYPE a counter\n"
            'a_total{method="x \\" y",code="OK"} 3 # {trace_id="t"} 1 2\n'
            "b 1.5\n# EOF\n"
        )
        samples, types = accounts.read_page(page)
        labels = frozenset({("method", 'x \\" y'), ("code", "OK")})
        self.assertEqual(samples["a_total", labels], 3)
        self.assertEqual(samples["b", frozenset()], 1.5)
        self.assertEqual(types, {"a": "counter"})


if __name__ == "__main__":
    unittest.main()
