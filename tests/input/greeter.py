"""Clients of the Greeter, on Debian's grpcio."""

import dataclasses
import threading
import time
import uuid

import greeter_pb2
import grpc

SERVICE = "/acme.greeter.v1.Greeter/"
# kind: method, message to send, message that comes, field of text
KINDS = {
    "unary": ("SayHello", "SayHelloRequest", "SayHelloResponse", "name"),
    "server_stream": ("Count", "CountRequest", "CountResponse", "up_to"),
    "client_stream": ("Collect", "CollectRequest", "CollectResponse", "name"),
    "bidi_stream": ("Chat", "ChatRequest", "ChatResponse", "line"),
}


def path(kind):
    return SERVICE + KINDS[kind][0]


def label(kind):
    return f'method="{path(kind)}"'


def request(kind, value=None):
    """A message of the kind's requests, holding the value."""
    _, message, _, field = KINDS[kind]
    if value is None:
        value = 3 if kind == "server_stream" else "Ada"
    return getattr(greeter_pb2, message)(**{field: value})


@dataclasses.dataclass
class Outcome:
    """What a client saw of a call."""

    code: str
    details: str
    request_id: str
    messages: list
    initial: dict
    trailing: dict


class Client:
    """A connection of its own."""

    def __init__(self, port):
        self.channel = grpc.insecure_channel(
            f"127.0.0.1:{port}",
            options=[("grpc.use_local_subchannel_pool", 1)],
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.channel.close()

    def start(self, kind, requests=None, **options):
        """Starts a call of any kind: a stream, as gRPC sees them all.

        `requests` are messages or bytes, or an iterator of them.
        """
        response = getattr(greeter_pb2, KINDS[kind][2])
        if requests is None:
            requests = [request(kind)]
        method = self.channel.stream_stream(
            path(kind),
            request_serializer=lambda message: message
            if isinstance(message, bytes)
            else message.SerializeToString(),
            response_deserializer=response.FromString,
        )
        return method(iter(requests), **options)

    def call(
        self,
        kind,
        requests=None,
        fault="",
        timeout=60,
        metadata=(),
        cancel_when=None,
        **options,
    ):
        """Makes a call, and cancels it when the function, if there is one, says
        so of its request id."""
        request_id = uuid.uuid4().hex
        call = self.start(
            kind,
            requests,
            timeout=timeout,
            metadata=(
                ("x-request-id", request_id),
                ("fault", fault),
                *metadata,
            ),
            **options,
        )
        messages = []
        if cancel_when is not None:

            def cancel():
                while not (cancel_when(request_id) or call.done()):
                    time.sleep(0.002)
                call.cancel()

            threading.Thread(target=cancel).start()
        try:
            for message in call:
                messages.append(message)
        except grpc.RpcError:
            pass
        return Outcome(
            code=call.code().name,
            details=call.details() or "",
            request_id=request_id,
            messages=messages,
            initial=dict(call.initial_metadata() or ()),
            trailing=dict(call.trailing_metadata() or ()),
        )
