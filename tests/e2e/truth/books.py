"""True books, for tests to falsify."""

import json

import accounts
import deeds
import judge

PATHS = {name: path for path, name in accounts.METHODS.items()}
ENDS = ("OK", "NOT_FOUND", "CANCELLED")
THROWN = ("throw", "throw_request", "throw_response", "throw_after")
# The texts of calls that were changed or answered.
ALTERED = {
    "SayHello": {
        "alter_request": "Hello, altered",
        "alter_response": "altered",
        "answer": "answered",
    },
    "Count": {"alter_request": "3", "alter_response": "7"},
    "Collect": {
        "alter_request": "altered altered",
        "alter_response": "a altered",
    },
    "Chat": {"alter_request": "altered", "alter_response": "altered"},
}


def series(name, method, **labels):
    pairs = {"method": PATHS[method], **labels}
    return accounts.PREFIX + name, frozenset(pairs.items())


class Books:
    """True ones: of each method a call for each end, in two buckets, and one for
    each deed; two more of SayHello of which their clients do not know, or that
    never arrived."""

    def __init__(self):
        self.calls, self.samples, self.records = {}, {}, []
        self.types = {
            accounts.PREFIX + name: kind
            for name, kind in (
                ("requests_started_total", "counter"),
                ("requests_total", "counter"),
                ("messages_sent_total", "counter"),
                ("requests_in_flight", "gauge"),
                ("request_duration_seconds", "histogram"),
            )
        }
        for method in PATHS:
            ends = ENDS if method != accounts.UNLOGGED else ("UNIMPLEMENTED",)
            for code in ends:
                self.add(method, code)
        for method, texts in ALTERED.items():
            for deed, codes in deeds.DEEDS.items():
                self.add(method, codes[0], deed, texts.get(deed, ""))
        self.add("SayHello", deeds.BUSY)
        self.calls["killed"] = accounts.Call("SayHello")
        self.calls["lost"] = accounts.Call("SayHello", "UNAVAILABLE")
        too_large = "message larger than max (5 vs. 4)"
        self.calls["refused"] = accounts.Call(
            "SayHello", "RESOURCE_EXHAUSTED", 0, too_large
        )
        self.samples[accounts.PREFIX + "log_records_dropped_total", frozenset()] = 0
        self.samples[accounts.PREFIX + "log_records_failed_total", frozenset()] = 0

    def add(self, method, code, deed=deeds.NONE, details=""):
        request_id = f"{method}.{code}"
        if deed != deeds.NONE:
            request_id = f"{method}.{deed}"
        self.calls[request_id] = accounts.Call(
            method, code, int(code == "OK"), details, deed
        )
        for name, labels in (
            ("requests_started_total", {}),
            ("requests_total", {"code": code}),
            ("request_duration_seconds_count", {}),
            ("request_duration_seconds_bucket", {"le": "0.1"}),
            ("request_duration_seconds_bucket", {"le": "+Inf"}),
        ):
            self.count(1, name, method, **labels)
        self.count(0, "requests_in_flight", method)
        thrown = int(deed in THROWN)
        refused = int(code in deeds.REFUSALS)
        busy = int(code == deeds.BUSY)
        self.count(thrown, "exceptions_total", method)
        rejected = "requests_rejected_total"
        self.count(refused, rejected, method, reason="interceptor")
        self.count(busy, rejected, method, reason="queue_full")
        self.count(int(code == "OK"), "messages_sent_total", method)
        if method != accounts.UNLOGGED:
            record = {"method": PATHS[method], "request_id": request_id}
            self.records.append({"event": "grpc.request", **record})
            if thrown:
                record["exception"] = "std::runtime_error"
            self.records.append(
                {"event": "grpc.response", "code": code, **record}
            )

    def count(self, by, name, method, **labels):
        key = series(name, method, **labels)
        self.samples[key] = self.samples.get(key, 0) + by

    def faults(self):
        lines = [json.dumps(record) + "\n" for record in self.records]
        records, faults = accounts.read_log(lines)
        return (
            faults
            + judge.check_page(self.samples)
            + judge.check_end(self.samples)
            + judge.check_codes(self.calls, self.samples)
            + judge.check_messages(self.calls, self.samples)
            + judge.check_log(records, self.samples)
            + judge.check_calls(self.calls, records)
            + self.deed_faults()
        )

    def deed_faults(self):
        lines = [json.dumps(record) + "\n" for record in self.records]
        return (
            deeds.check_calls(self.calls)
            + deeds.check_counts(self.calls, self.samples)
            + deeds.check_secrets(lines)
        )


def counted(by, name, method, **labels):
    return lambda books: books.count(by, name, method, **labels)


def recorded(index, **fields):
    return lambda books: books.records[index].update(fields)
