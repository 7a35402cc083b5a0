"""Holds what clients saw, what a server counted and what it logged against each
other. Every function returns what is wrong, as a list of sentences.

The accounting rule: a code that the server decided and that its client saw is
counted exactly once, under that code. Where a client ended a call itself, or
lost the connection, the server may have seen another end, or nothing.
"""

import collections
import re

import accounts


def check_page(samples):
    """A single scrape, at any time."""
    faults = []
    started = accounts.by_method(samples, "requests_started_total")
    handled = accounts.by_method(samples, "requests_total")
    in_flight = accounts.by_method(samples, "requests_in_flight")
    timed = accounts.by_method(samples, "request_duration_seconds_count")
    if set(started) != set(accounts.METHODS.values()):
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
        if family == accounts.PREFIX + "request_duration_seconds_bucket":
            labels = dict(labels)
            edge = float(labels["le"])
            buckets[accounts.METHODS.get(labels["method"])].append((edge, value))
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
        for method, value in accounts.by_method(
            samples, "requests_in_flight"
        ).items()
        if value != 0
    ]


def check_codes(calls, samples):
    """The accounting rule, method by method."""
    faults = []
    handled = accounts.by_code(samples)
    started = accounts.by_method(samples, "requests_started_total")
    for method in accounts.METHODS.values():
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
    sent = accounts.by_method(samples, "messages_sent_total")
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


def check_log(records, samples):
    """The records of one process against its last page. Where some were
    dropped, what is there must still add up."""
    faults = []
    dropped = accounts.total(samples, "log_records_dropped_total")
    failed = accounts.total(samples, "log_records_failed_total")
    by_name = accounts.by_method(samples, "requests_started_total")
    started = by_name.total() - by_name[accounts.UNLOGGED]
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
        (accounts.METHODS.get(record["method"]), record.get("code"))
        for record in records
        if record["event"] == "grpc.response"
    )
    handled = accounts.by_code(samples)
    for key in set(logged) | set(handled):
        if key[0] != accounts.UNLOGGED and logged[key] != handled[key]:
            faults.append(f"{key}: {logged[key]} logged, {handled[key]} counted")
    exceptions = accounts.by_method(samples, "exceptions_total")
    thrown = collections.Counter(
        accounts.METHODS.get(record["method"])
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
        elif accounts.METHODS.get(found[0]["method"]) != call.method:
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
            and call.method != accounts.UNLOGGED
            and request_id not in ends
            and not drops
        ):
            faults.append(
                f"{request_id}: its client saw {call.code} ({call.details}), "
                "the server nothing"
            )
    return faults


def check_variety(calls, samples, unary_cancels):
    """A storm in which nothing happened would prove nothing. `unary_cancels`:
    there are clients that can cancel a unary call."""
    handled = accounts.by_code(samples)
    wanted = [
        *(
            (method, "OK")
            for method in accounts.METHODS.values()
            if method != "other"
        ),
        *(
            (method, code)
            for method in accounts.METHODS.values()
            if method != "other"
            for code in ("NOT_FOUND", "UNKNOWN", "CANCELLED")
            if (method, code) != ("SayHello", "CANCELLED") or unary_cancels
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
