"""HTTP/2 frames made by hand, on Debian's h2, which sends what it is told."""

import contextlib
import dataclasses
import socket
import struct
import time

import greeter
import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions
import h2.settings

TIMEOUT = 60.0


def frame(message, flags=0, length=None):
    """A message as gRPC frames it; `length` lies about its size."""
    if length is None:
        length = len(message)
    return struct.pack(">BI", flags, length) + message


def headers(path, *more, **instead):
    """Headers of a call; `name=None` leaves one out, `name=value` says it
    otherwise: method, scheme, authority, te, content_type."""
    pairs = {
        ":method": "POST",
        ":scheme": "http",
        ":path": path,
        ":authority": "localhost",
        "te": "trailers",
        "content-type": "application/grpc",
    }
    for name, value in instead.items():
        key = name.replace("_", "-")
        pairs[key if key in pairs else ":" + key] = value
    return [
        (key, value) for key, value in pairs.items() if value is not None
    ] + list(more)


@dataclasses.dataclass
class Answer:
    """What came back on a stream."""

    headers: dict = dataclasses.field(default_factory=dict)
    trailers: dict = dataclasses.field(default_factory=dict)
    data: bytes = b""
    reset: int | None = None
    ended: bool = False
    closed: bool = False  # the connection, under it

    @property
    def status(self):
        """grpc-status, as a number; None without one."""
        value = self.trailers.get("grpc-status") or self.headers.get(
            "grpc-status"
        )
        return None if value is None else int(value)

    def is_over(self):
        return self.ended or self.closed or self.reset is not None


class Connection:
    """One connection, by default with its HTTP/2 preface sent."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.h2 = h2.connection.H2Connection(
            h2.config.H2Configuration(
                client_side=True,
                header_encoding=None,
                validate_outbound_headers=False,
                normalize_outbound_headers=False,
                validate_inbound_headers=False,
            )
        )
        self.h2.initiate_connection()
        self.answers = {}
        self.settled = False
        self.closed = False
        self.went_away = None
        self.flush()
        # Limits hold once both sides know of them.
        while not self.closed and not self.settled:
            if not self.receive(TIMEOUT):
                break

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def abort(self):
        """Ends the connection with a reset, as a process that dies may."""
        linger = struct.pack("ii", 1, 0)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.socket.close()

    def flush(self):
        data = self.h2.data_to_send()
        if data:
            self.raw(data)

    def raw(self, data):
        """Sends bytes as they are; an end of the connection is no error."""
        try:
            self.socket.sendall(data)
        except OSError:
            self._closed()

    def send_headers(self, pairs, end=False):
        stream = self.h2.get_next_available_stream_id()
        self.h2.send_headers(stream, pairs, end_stream=end)
        self.answers[stream] = Answer()
        self.flush()
        return stream

    def send_data(self, stream, data, end=False):
        """Sends all of it, as the windows allow, or until the stream is over."""
        at = 0
        while True:
            self.receive(0)
            if self.answers[stream].is_over():
                return
            room = min(
                self.h2.local_flow_control_window(stream),
                self.h2.max_outbound_frame_size,
            )
            if room == 0 and at < len(data):
                self.receive(0.1)
                continue
            piece = data[at : at + room]
            at += len(piece)
            last = at == len(data)
            try:
                self.h2.send_data(stream, piece, end_stream=end and last)
            except h2.exceptions.StreamClosedError:
                return
            self.flush()
            if last:
                return

    def reset(self, stream):
        self.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        self.flush()

    def receive(self, timeout):
        """Takes what comes within the time; says whether anything did."""
        self.socket.settimeout(max(timeout, 1e-6))
        try:
            data = self.socket.recv(1 << 16)
        except (TimeoutError, BlockingIOError):
            return False
        except OSError:
            data = b""
        if not data:
            self._closed()
            return False
        with contextlib.suppress(h2.exceptions.ProtocolError):
            for event in self.h2.receive_data(data):
                self._on_event(event)
        self.flush()
        return True

    def _on_event(self, event):
        answer = self.answers.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.SettingsAcknowledged):
            self.settled = True
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.went_away = event.error_code
        elif answer is None:
            return
        elif isinstance(event, h2.events.ResponseReceived):
            answer.headers = text_of(event.headers)
        elif isinstance(event, h2.events.TrailersReceived):
            answer.trailers = text_of(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            answer.data += event.data
            self.h2.acknowledge_received_data(
                event.flow_controlled_length, event.stream_id
            )
        elif isinstance(event, h2.events.StreamReset):
            answer.reset = event.error_code
        elif isinstance(event, h2.events.StreamEnded):
            answer.ended = True

    def _closed(self):
        self.closed = True
        for answer in self.answers.values():
            answer.closed = True

    def wait(self, stream, timeout=TIMEOUT):
        """The stream's answer, when it is over."""
        return self.wait_for(
            stream, lambda answer: answer.is_over(), timeout=timeout
        )

    def wait_for(self, stream, predicate, timeout=TIMEOUT):
        end = time.monotonic() + timeout
        answer = self.answers[stream]
        while not predicate(answer) and time.monotonic() < end:
            if self.closed:
                break
            self.receive(end - time.monotonic())
        return answer

    def wait_for_close(self, timeout=TIMEOUT):
        end = time.monotonic() + timeout
        while not self.closed and time.monotonic() < end:
            self.receive(end - time.monotonic())
        return self.closed


def text_of(pairs):
    return {
        key.decode("latin-1"): value.decode("latin-1") for key, value in pairs
    }


def call(port, pairs, data=b"", end=True):
    """A call on a connection of its own, of such headers and such data."""
    with Connection(port) as connection:
        nothing = end and not data
        stream = connection.send_headers(pairs, end=nothing)
        if not nothing:
            connection.send_data(stream, data, end=end)
        return connection.wait(stream)


def message_of(kind, value=None):
    """A framed request."""
    return frame(greeter.request(kind, value).SerializeToString())
