"""A client on Debian's grpcio, as truth_client is one on hawkmount's own.

client.py BLOCKING_PORT COROUTINE_PORT SECONDS SEED LEDGER NAME
"""

import os
import random
import sys
import threading
import time

import deeds
import greeter_pb2
import grpc

THREADS = 4
SERVICE = "/acme.greeter.v1.Greeter/"
# method: request, response, their fields of text
METHODS = {
    "SayHello": ("SayHelloRequest", "SayHelloResponse", "name", "greeting"),
    "Count": ("CountRequest", "CountResponse", "up_to", "number"),
    "Collect": ("CollectRequest", "CollectResponse", "name", "names"),
    "Chat": ("ChatRequest", "ChatResponse", "line", "line"),
    "other": ("SayHelloRequest", "SayHelloResponse", "name", "greeting"),
}
TEXTS = ("a", "b", "c", "fail", "throw", "throw int", "early", "late throw")
NUMBERS = (0, 5, 50, 1000001, 1000002, 1000003, 1000004)
WAIT_NUMBER = 1000006
UNKNOWN = (SERVICE + "Nope", "/no.such.Service/Method", "/", "/a/b/c")
OVER_LIMIT = "x" * (5 << 20)
OPTIONS = [
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 300),
]


class Ledger:
    """As ledger.h says."""

    def __init__(self, path, name):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self.name = name
        self.next = 0
        self.lock = threading.Lock()

    def begin(self, method, deed):
        with self.lock:
            self.next += 1
            request_id = f"{self.name}.{self.next}"
        os.write(self.file, f"B {request_id} {method} {deed}\n".encode())
        return request_id

    def end(self, request_id, code, received, details):
        details = details.replace("\n", " ")
        line = f"E {request_id} {code} {received} {details}\n"
        os.write(self.file, line.encode())


class Caller:
    """Makes calls one after the other."""

    def __init__(self, ports, ledger, seed):
        self.ports = ports
        self.ledger = ledger
        self.random = random.Random(seed)
        self.channels = {}

    def channel(self, port):
        if port not in self.channels:
            target = f"127.0.0.1:{port}"
            self.channels[port] = grpc.insecure_channel(target, options=OPTIONS)
        return self.channels[port]

    def value(self, method, may_wait):
        if method == "Count":
            return WAIT_NUMBER if may_wait else self.random.choice(NUMBERS)
        if method == "SayHello" and self.random.random() < 0.02:
            return OVER_LIMIT
        return "wait" if may_wait else self.random.choice(TEXTS)

    def call_once(self):
        method = self.random.choice(list(METHODS))
        request, response, field, answer = METHODS[method]
        path = SERVICE + method
        if method == "other":
            path = self.random.choice(UNKNOWN)
        timeout = 60.0
        if self.random.random() < 0.25:
            timeout = self.random.random() * 0.05
        may_wait = timeout < 1 and self.random.random() < 0.5
        value = self.value(method, may_wait)
        count = 1
        if method in ("Collect", "Chat"):
            count = self.random.randrange(5)
        message = getattr(greeter_pb2, request)(**{field: value})
        port = self.random.choice(self.ports)
        # A stream, as gRPC sees them all.
        start = self.channel(port).stream_stream(
            path,
            request_serializer=lambda message: message.SerializeToString(),
            response_deserializer=getattr(greeter_pb2, response).FromString,
        )
        deed = deeds.NONE
        if self.random.random() < 0.4:
            deed = self.random.choice(list(deeds.DEEDS))
        request_id = self.ledger.begin(method, deed)
        metadata = [("x-request-id", request_id)]
        if deed != deeds.NONE:
            metadata.append(("x-deed", deed))
        call = start(iter([message] * count), timeout=timeout, metadata=metadata)
        self.finish(request_id, call, port, answer)

    def finish(self, request_id, call, port, answer):
        what = self.random.random()
        if what < 0.1:
            call.cancel()
        elif what < 0.2:
            timer = threading.Timer(self.random.random() * 0.02, call.cancel)
            timer.start()
        elif what < 0.22:
            self.channels.pop(port).close()  # with the call in it
        received, text = 0, ""
        try:
            for response in call:
                received += 1
                text = getattr(response, answer)
                if 0.2 < what < 0.3:
                    call.cancel()
        except (grpc.RpcError, ValueError):
            pass  # its code says it
        code = call.code()
        name = "CANCELLED" if code is None else code.name
        if name != "OK":
            text = call.details() or ""
        elif answer == "names":
            text = " ".join(text)
        self.ledger.end(request_id, name, received, str(text))
        if name == "UNAVAILABLE":
            time.sleep(0.02)


def main():
    ports = [int(port) for port in sys.argv[1:3]]
    end = time.monotonic() + float(sys.argv[3])
    ledger = Ledger(sys.argv[5], sys.argv[6])
    failed = []

    def run(seed):
        caller = Caller(ports, ledger, seed)
        try:
            while time.monotonic() < end:
                caller.call_once()
        except Exception as error:  # pylint: disable=broad-except
            failed.append(error)
            raise

    threads = [
        threading.Thread(target=run, args=(f"{sys.argv[4]}.{i}",))
        for i in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.exit(1 if failed else 0)


main()
