"""The books of a run: what its clients saw (the ledger), what its server counted
and what it logged, as they are read.
"""

import collections
import json
import re

PREFIX = "hawkapi_grpc_"
METHODS = {
    "/acme.greeter.v1.Greeter/SayHello": "SayHello",
    "/acme.greeter.v1.Greeter/Count": "Count",
    "/acme.greeter.v1.Greeter/Collect": "Collect",
    "/acme.greeter.v1.Greeter/Chat": "Chat",
    "other": "other",
}
# Calls of methods that there are not are counted, and not logged.
UNLOGGED = "other"

# Ends that clients decide themselves, or that a lost connection brings about.
CLIENT_CODES = {"CANCELLED", "DEADLINE_EXCEEDED", "UNAVAILABLE"}
# What client libraries say when a connection or a stream breaks under a call,
# in place of UNAVAILABLE.
BROKEN = re.compile(r"stream removed|rst_stream|connection dropped", re.I)
# What gRPC refuses before it delivers the call.
REFUSED = re.compile(r"larger than max")


class Call:
    """A line of a ledger: what became of a call, as its client saw it."""

    def __init__(self, method, code=None, received=0, details="", deed="-"):
        self.method = method
        self.deed = deed  # what it asked of interceptors
        self.code = code  # None: the client was killed meanwhile
        self.received = received
        self.details = details

    def refused(self):
        return self.code == "RESOURCE_EXHAUSTED" and bool(
            REFUSED.search(self.details)
        )

    def ambiguous(self):
        if self.code is None or self.code in CLIENT_CODES:
            return True
        return self.code in ("UNKNOWN", "INTERNAL") and bool(
            BROKEN.search(self.details)
        )

    def decided(self):
        return not self.ambiguous() and not self.refused()


def read_ledger(lines):
    """Calls by id, and what is wrong with the ledger. The last line may be cut
    off: its writer may have been killed."""
    calls, faults = {}, []
    for line in lines:
        if not line.endswith("\n"):
            continue
        words = line.rstrip("\n").split(" ", 4)
        if words[0] == "B" and len(words) == 4 and words[1] not in calls:
            calls[words[1]] = Call(words[2], deed=words[3])
        elif (
            words[0] == "E"
            and len(words) == 5
            and words[1] in calls
            and calls[words[1]].code is None
        ):
            call = calls[words[1]]
            call.code, call.details = words[2], words[4]
            call.received = int(words[3])
        else:
            faults.append(f"no line of a ledger: {line!r}")
    return calls, faults


def read_page(text):
    """The samples of /metrics: {(name, labels): value}, labels as a frozenset
    of pairs; and which families are what type."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            types[name] = kind
        elif line and not line.startswith("#"):
            line = line.split(" # ")[0]  # an exemplar
            match = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            labels = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', match[2] or "")
            samples[match[1], frozenset(labels)] = float(match[3])
    return samples, types


def by_method(samples, name):
    """The sum of a family's samples for each method."""
    sums = collections.Counter()
    for (family, labels), value in samples.items():
        if family == PREFIX + name:
            sums[METHODS.get(dict(labels).get("method"))] += value
    return sums


def by_code(samples):
    """{(method, code): calls that ended}"""
    found = collections.Counter()
    for (family, labels), value in samples.items():
        if family == PREFIX + "requests_total":
            labels = dict(labels)
            found[METHODS.get(labels["method"]), labels["code"]] += value
    return found


def total(samples, name):
    return samples.get((PREFIX + name, frozenset()), 0)


def add(pages):
    """The sum of the last pages of several processes."""
    whole = collections.Counter()
    for page in pages:
        for series, value in page.items():
            whole[series] += value
    return whole


def read_log(lines):
    """The records of calls, and lines that are no JSON objects."""
    records, faults = [], []
    for line in lines:
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if not isinstance(record, dict):
            faults.append(f"no JSON object: {line!r}")
        elif record.get("event") in ("grpc.request", "grpc.response"):
            records.append(record)
    return records, faults
