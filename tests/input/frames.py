"""HTTP/2 frames of bytes, many at a time, right or wrong as they are wanted."""

import contextlib
import select
import socket
import struct
import threading
import time

import greeter

DATA, HEADERS, PRIORITY, RST_STREAM, SETTINGS, PUSH_PROMISE, PING, GOAWAY = range(8)
WINDOW_UPDATE, CONTINUATION = 8, 9
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 1, 1, 4, 8, 0x20

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

LAST = b"the last"  # what the last PING of a connection says


def frame(kind, flags=0, stream=0, payload=b"", length=None):
    """A frame; `length` lies about its size."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + struct.pack(
        ">BBI", kind, flags, stream
    ) + payload


def number(value, prefix=7, first=0):
    """HPACK's integer."""
    limit = (1 << prefix) - 1
    if value < limit:
        return bytes([first | value])
    out, value = [first | limit], value - limit
    while value >= 128:
        out.append(128 | value & 127)
        value >>= 7
    return bytes([*out, value])


def pair(name, value):
    """A header as HPACK has it, literal and forgotten at once."""
    return b"\0" + number(len(name)) + name + number(len(value)) + value


def block(kind="unary", *more):
    """The headers of a call."""
    pairs = (
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", greeter.path(kind).encode()),
        (b":authority", b"localhost"),
        (b"te", b"trailers"),
        (b"content-type", b"application/grpc"),
        *more,
    )
    return b"".join(pair(*each) for each in pairs)


def headers(stream, flags=END_HEADERS, kind="unary", more=()):
    return frame(HEADERS, flags, stream, block(kind, *more))


def reset(stream):
    return frame(RST_STREAM, 0, stream, struct.pack(">I", 8))


def settings(*pairs):
    body = b"".join(struct.pack(">HI", *each) for each in pairs)
    return frame(SETTINGS, 0, 0, body)


def window(stream, size):
    return frame(WINDOW_UPDATE, 0, stream, struct.pack(">I", size))


class Connection:
    """A connection whose answers are thrown away as they come.

    gRPC's limits of streams and headers hold from the moment at which the
    caller has acknowledged them: without `acknowledges` they never do.
    """

    def __init__(self, port, first=settings(), reads=True, acknowledges=False):
        self.socket = socket.create_connection(("127.0.0.1", port), 60)
        self.socket.setblocking(True)
        self.received = 0
        self.codes = []  # of GOAWAY and RST_STREAM frames that came
        self.closed = threading.Event()
        self.told = threading.Event()  # of the server's settings
        self.looked_at = threading.Event()  # the last PING
        self.reader = threading.Thread(target=self._read) if reads else None
        if reads:
            self.reader.start()
        self.send(PREFACE + first)
        if acknowledges:
            assert self.told.wait(60), "the server sent no settings"
            self.send(frame(SETTINGS, ACK))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        rest = b""
        with contextlib.suppress(OSError):
            while piece := self.socket.recv(1 << 16):
                self.received += len(piece)
                rest = self._frames(rest + piece)
        self.closed.set()

    def _frames(self, data):
        while len(data) >= 9:
            size = int.from_bytes(data[:3], "big")
            if len(data) < 9 + size:
                break
            payload = data[9 : 9 + size]
            if data[3] == SETTINGS and not data[4] & ACK:
                self.told.set()
            elif data[3] == PING and data[4] & ACK and payload == LAST:
                self.looked_at.set()
            elif data[3] == GOAWAY:
                self.codes.append(int.from_bytes(payload[4:8], "big"))
            elif data[3] == RST_STREAM:
                self.codes.append(int.from_bytes(payload[:4], "big"))
            data = data[9 + size :]
        return data

    def send(self, data):
        """Sends until all is gone; says whether the server let it, which it may
        stop to do for who does not read."""
        view, end = memoryview(data), time.monotonic() + (60 if self.reader else 10)
        while view and time.monotonic() < end:
            _, writable, _ = select.select([], [self.socket], [], 0.2)
            if not writable:
                if self.closed.is_set():
                    return False
                continue
            try:
                view = view[self.socket.send(view, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                continue
            except OSError:
                return False
        return not view

    def close(self):
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        if self.reader:
            self.reader.join()
        self.socket.close()
