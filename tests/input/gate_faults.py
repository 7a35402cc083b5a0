"""A network that does wrong: faults x kinds x directions.

A call is under way, or about to be, when the gate between it and the server
breaks. It must end, with the code of the table; the server must have ended it,
too; and once the gate is whole again the next call through it must be answered.
"""

import unittest

import fault_case
import gate
import greeter

# What comes in spite of the fault; all others break the call.
HARMLESS = ("delay", "parts")
BROKEN = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "UNKNOWN"}
# Bytes that are wrong may be a message that is: gRPC sees HTTP/2 only.
CORRUPT = BROKEN | {
    "OK",
    "CANCELLED",
    "UNIMPLEMENTED",
    "RESOURCE_EXHAUSTED",
    "INVALID_ARGUMENT",
    "PERMISSION_DENIED",
}


class GateFaults(fault_case.FaultCase):
    def run_case(self, fault, kind, direction):
        with gate.Gate(self.server.port) as between:
            with greeter.Client(between.port) as client:
                self.assertEqual(client.call(kind).code, "OK")
                between.break_with(fault, direction)
                requests = [greeter.request(kind)] * (
                    5 if kind in ("client_stream", "bidi_stream") else 1
                )
                timeout = 60 if fault in HARMLESS else 1
                outcome = client.call(kind, requests, timeout=timeout)
                if fault in HARMLESS:
                    self.assertEqual(outcome.code, "OK", outcome)
                elif fault == "corrupt":
                    self.assertIn(outcome.code, CORRUPT, outcome)
                else:
                    self.assertIn(outcome.code, BROKEN, outcome)
            between.heal()
            with greeter.Client(between.port) as client:
                self.check_quick(client, kind)
        self.assertEqual(self.settle(), [])


def add(fault, kind, direction):
    def test(self):
        self.run_case(fault, kind, direction)

    name = f"test_{fault}_{kind}_{direction}".replace(" ", "_")
    setattr(GateFaults, name, test)


for each_fault in gate.FAULTS:
    for each_kind in greeter.KINDS:
        for each_direction in (gate.TO_SERVER, gate.TO_CALLER):
            add(each_fault, each_kind, each_direction)

if __name__ == "__main__":
    unittest.main(verbosity=2)
