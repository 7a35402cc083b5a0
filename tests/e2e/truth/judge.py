"""Holds what clients saw, what a server counted and what it logged against each
other. Every function returns what is wrong, as a list of sentences.

The accounting rule: a code that the server decided and that its client saw is
counted exactly once, under that code. Where a client ended a call itself, or
lost the connection, the server may have seen another end, or nothing.
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

    def __init__(self, method, code=None, received=0, details=""):
        self.method = method
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
        if words[0] == "B" and len(words) == 3 and words[1] not in calls:
            calls[words[1]] = Call(words[2])
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


def check_page(samples):
    """A single scrape, at any time."""
    faults = []
    started = by_method(samples, "requests_started_total")
    handled = by_method(samples, "requests_total")
    in_flight = by_method(samples, "requests_in_flight")
    timed = by_method(samples, "request_duration_seconds_count")
    if set(started) != set(METHODS.values()):
        faults.append(f"the methods are {sorted(map(str, started))}")
    for method, value in started.items():
        if value != handled[method] + in_flight[method]:
            faults.append(
                f"{method}: {value} started, {handled[method]} handled, "
                f"{in_flight[method]} in flight"
            )
        if in_flight[method] < 0:
            faults.append(f"{method}: {in_flight[method]} in flight")
        if timed[method] != handled[method]:
            faults.append(
                f"{method}: {timed[method]} timed, {handled[method]} handled"
            )
    buckets = collections.defaultdict(list)
    for (family, labels), value in samples.items():
        if family == PREFIX + "request_duration_seconds_bucket":
            labels = dict(labels)
            edge = float(labels["le"])
            buckets[METHODS.get(labels["method"])].append((edge, value))
    for method, series in buckets.items():
        values = [value for _, value in sorted(series)]
        if values != sorted(values) or values[-1] != timed[method]:
            faults.append(f"{method}: buckets {values}, {timed[method]} timed")
    return faults


# Gauges of what ends with a server: its event threads.
PASSING = {"hawkapi_grpc_event_thread_lag_seconds"}


def check_growth(before, after, types):
    """Two scrapes of a process, one after the other."""
    faults = []
    for (family, labels), value in before.items():
        base = re.sub(r"_(bucket|count|sum)$", "", family)
        kind = types.get(family) or types.get(base)
        # OpenMetrics names a counter's family without its ending.
        kind = kind or types.get(family.removesuffix("_total"))
        now = after.get((family, labels))
        if now is None and family in PASSING:
            continue
        if now is None:
            faults.append(f"{family}{dict(labels)} is gone")
        elif kind in ("counter", "histogram") and now < value:
            faults.append(f"{family}{dict(labels)} fell from {value} to {now}")
    return faults


def check_end(samples):
    """A page after the drain."""
    return [
        f"{method}: {value} in flight at the end"
        for method, value in by_method(samples, "requests_in_flight").items()
        if value != 0
    ]


def add(pages):
    """The sum of the last pages of several processes."""
    whole = collections.Counter()
    for page in pages:
        for series, value in page.items():
            whole[series] += value
    return whole


def check_codes(calls, samples):
    """The accounting rule, method by method."""
    faults = []
    handled = by_code(samples)
    started = by_method(samples, "requests_started_total")
    for method in METHODS.values():
        mine = [call for call in calls.values() if call.method == method]
        decided = collections.Counter(
            call.code for call in mine if call.decided()
        )
        ambiguous = sum(call.ambiguous() for call in mine)
        for code in set(decided) | {c for m, c in handled if m == method}:
            least = decided[code]
            most = least + ambiguous
            if not least <= handled[method, code] <= most:
                faults.append(
                    f"{method} {code}: {handled[method, code]} counted, "
                    f"{least} to {most} seen by clients"
                )
        least, most = decided.total(), decided.total() + ambiguous
        if not least <= started[method] <= most:
            faults.append(
                f"{method}: {started[method]} counted, "
                f"{least} to {most} seen by clients"
            )
    return faults


def check_messages(calls, samples):
    """What clients received in calls that ended well was counted as sent."""
    faults = []
    sent = by_method(samples, "messages_sent_total")
    least = collections.Counter()
    for call in calls.values():
        if call.code == "OK":
            least[call.method] += call.received
    for method, value in least.items():
        if sent[method] < value:
            faults.append(
                f"{method}: {sent[method]} messages sent, {value} received"
            )
    return faults


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


def check_log(records, samples):
    """The records of one process against its last page. Where some were
    dropped, what is there must still add up."""
    faults = []
    dropped = total(samples, "log_records_dropped_total")
    failed = total(samples, "log_records_failed_total")
    by_name = by_method(samples, "requests_started_total")
    started = by_name.total() - by_name[UNLOGGED]
    if len(records) + dropped + failed != 2 * started:
        faults.append(
            f"{len(records)} records, {dropped} dropped, {failed} failed of "
            f"{started} calls"
        )
    drops = dropped > 0
    if failed > 0:
        faults.append(f"{failed} records failed")
    joined = collections.defaultdict(list)
    for record in records:
        joined[record.get("request_id")].append(record)
    for request_id, pair in joined.items():
        events = [record["event"] for record in pair]
        whole = events == ["grpc.request", "grpc.response"]
        if not request_id or not (whole or (drops and len(pair) == 1)):
            faults.append(f"{request_id}: {events}")
        elif len({record.get("method") for record in pair}) != 1:
            faults.append(f"{request_id}: {pair}")
    if drops:
        return faults
    logged = collections.Counter(
        (METHODS.get(record["method"]), record.get("code"))
        for record in records
        if record["event"] == "grpc.response"
    )
    handled = by_code(samples)
    for key in set(logged) | set(handled):
        if key[0] != UNLOGGED and logged[key] != handled[key]:
            faults.append(f"{key}: {logged[key]} logged, {handled[key]} counted")
    exceptions = by_method(samples, "exceptions_total")
    thrown = collections.Counter(
        METHODS.get(record["method"])
        for record in records
        if "exception" in record
    )
    for method in set(exceptions) | set(thrown):
        if exceptions[method] != thrown[method]:
            faults.append(
                f"{method}: {thrown[method]} exceptions logged, "
                f"{exceptions[method]} counted"
            )
    return faults


def check_calls(calls, records, drops=False):
    """Each call that a client knows against the records of all processes."""
    faults = []
    ends = collections.defaultdict(list)
    for record in records:
        if record["event"] == "grpc.response":
            ends[record["request_id"]].append(record)
    for request_id, found in ends.items():
        call = calls.get(request_id)
        if call is None:
            faults.append(f"{request_id}: nobody made this call: {found}")
        elif len(found) > 1:
            faults.append(f"{request_id}: served more than once: {found}")
        elif METHODS.get(found[0]["method"]) != call.method:
            faults.append(f"{request_id}: a call of {call.method}: {found}")
        elif call.refused():
            faults.append(f"{request_id}: refused before delivery: {found}")
        elif call.decided() and found[0].get("code") != call.code:
            faults.append(
                f"{request_id}: its client saw {call.code} ({call.details}), "
                f"the server {found[0]}"
            )
    for request_id, call in calls.items():
        if (
            call.decided()
            and call.method != UNLOGGED
            and request_id not in ends
            and not drops
        ):
            faults.append(
                f"{request_id}: its client saw {call.code} ({call.details}), "
                "the server nothing"
            )
    return faults


def check_variety(calls, samples):
    """A storm in which nothing happened would prove nothing."""
    handled = by_code(samples)
    wanted = [
        *((method, "OK") for method in METHODS.values() if method != "other"),
        *(
            (method, code)
            for method in METHODS.values()
            if method != "other"
            for code in ("NOT_FOUND", "UNKNOWN", "CANCELLED")
        ),
        ("SayHello", "DEADLINE_EXCEEDED"),
        ("SayHello", "RESOURCE_EXHAUSTED"),
        ("other", "UNIMPLEMENTED"),
    ]
    faults = [f"no {code} of {method}" for method, code in wanted
              if handled[method, code] == 0]
    if not any(call.code is None for call in calls.values()):
        faults.append("no call was under way when its client was killed")
    return faults
