"""What interceptors of a truth_server do on a caller's word (deeds.h), and what
must come of it: for clients, in the counters and in the log. Every function
returns what is wrong, as a list of sentences.
"""

import collections

import accounts

NONE = "-"
# Of callers without a worker to spare, whatever they asked for.
BUSY = "RESOURCE_EXHAUSTED"
# Nothing but a refusal of an interceptor's gives these.
REFUSALS = ("PERMISSION_DENIED", "OUT_OF_RANGE", "FAILED_PRECONDITION")
# The codes that handlers give on their own, and OK where no message came by.
HANDLERS = ("OK", "NOT_FOUND", "UNKNOWN")
# deed: how a call may end whose end its server decided. Where there is an OK
# beside an error, the call had no message for it.
DEEDS = {
    "refuse": ("PERMISSION_DENIED",),
    "refuse_request": ("OUT_OF_RANGE", "OK"),
    "refuse_response": ("FAILED_PRECONDITION", *HANDLERS),
    "alter_request": ("OK",),
    "alter_response": HANDLERS,
    "alter_status": ("DATA_LOSS",),
    "throw": ("UNKNOWN",),
    "throw_request": ("UNKNOWN", "OK"),
    "throw_response": ("UNKNOWN", "NOT_FOUND", "OK"),
    "throw_after": ("UNKNOWN", "NOT_FOUND"),
    "answer": ("OK",),
}
# Those that let no message through.
SILENT = {"refuse_request", "refuse_response", "throw_request", "throw_response"}
# Kinds of which every call has a request, or a response.
ASKS = {"SayHello", "Count"}
ANSWERS = {"SayHello", "Collect"}


def _is_altered(call):
    """Whether what came was changed: messages that came, if any did."""
    if call.deed == "alter_request":
        if call.method == "SayHello":
            return call.details == "Hello, altered"
        if call.method == "Count":
            return call.received <= 3
        return set(call.details.split()) <= {"altered"}
    if call.method == "SayHello":
        return call.details == "altered"
    if call.method == "Collect":
        return call.details.split()[-1:] == ["altered"]
    return call.details in ("", "7" if call.method == "Count" else "altered")


def _text_is_right(call):
    """Of a call that ended well."""
    if call.deed in ("alter_request", "alter_response"):
        return _is_altered(call)
    if call.deed == "answer":
        return call.details == ("answered" if call.method == "SayHello" else "")
    if call.deed in SILENT:
        return call.details == ""
    return "altered" not in call.details and "answered" not in call.details


def _codes(call):
    if call.method == accounts.UNLOGGED:
        return {"UNIMPLEMENTED"}  # interceptors see nothing of it
    codes = set(DEEDS.get(call.deed, HANDLERS)) | {BUSY}
    if call.deed.endswith("_request") and call.method in ASKS:
        if call.deed != "alter_request":
            codes.discard("OK")
    if call.deed in ("refuse_response", "throw_response"):
        if call.method in ANSWERS:
            codes.discard("OK")
    return codes


def check_calls(calls):
    """Each call ended as it asked to."""
    faults = []
    for request_id, call in calls.items():
        if not call.decided():
            continue
        right = call.code in _codes(call)
        if right and call.code == "OK" and call.method != accounts.UNLOGGED:
            right = _text_is_right(call)
        if not right or "secret" in call.details:
            faults.append(
                f"{request_id}: a {call.method} that asked for {call.deed} "
                f"ended {call.code} with {call.received} messages "
                f"({call.details!r})"
            )
    return faults


def _rejected(samples, method, reason):
    return sum(
        value
        for (family, labels), value in samples.items()
        if family == accounts.PREFIX + "requests_rejected_total"
        and accounts.METHODS.get(dict(labels).get("method")) == method
        and dict(labels).get("reason") == reason
    )


def check_counts(calls, samples):
    """Refusals and exceptions, method by method, by the accounting rule: one
    for each call that its client saw end so; more only where clients do not
    know the end."""
    faults = []
    exceptions = accounts.by_method(samples, "exceptions_total")
    for method in accounts.METHODS.values():
        mine = [call for call in calls.values() if call.method == method]
        decided = [call for call in mine if call.decided()]
        unknown = len(mine) - len(decided)
        codes = collections.Counter(call.code for call in decided)
        refused = sum(codes[code] for code in REFUSALS)
        # An exception after an error is counted and does not show.
        thrown = codes["UNKNOWN"] + sum(
            call.deed == "throw_after" and call.code == "NOT_FOUND"
            for call in decided
        )
        # What the interceptor made of it hides what the handler did.
        hidden = codes["DATA_LOSS"]
        for what, counted, least, most in (
            (
                "refused by interceptors",
                _rejected(samples, method, "interceptor"),
                refused,
                refused + unknown,
            ),
            (
                "refused by the queue",
                _rejected(samples, method, "queue_full"),
                codes[BUSY],
                codes[BUSY] + unknown,
            ),
            (
                "exceptions",
                exceptions[method],
                thrown,
                thrown + hidden + unknown,
            ),
        ):
            if not least <= counted <= most:
                faults.append(
                    f"{method}: {counted} {what} counted, "
                    f"{least} to {most} seen by clients"
                )
    return faults


def check_secrets(lines):
    """What an exception says is nothing for a log."""
    return [f"in the log: {line!r}" for line in lines if "secret" in line]


def check_variety(calls):
    """Each deed was done to some call, of whatever method, and seen."""
    seen = {
        (call.deed, call.code)
        for call in calls.values()
        if call.decided() and call.method != accounts.UNLOGGED
    }
    return [
        f"no call that asked for {deed} ended {codes[0]}"
        for deed, codes in DEEDS.items()
        if (deed, codes[0]) not in seen
    ]
