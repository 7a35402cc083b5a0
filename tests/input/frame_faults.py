"""Frames that RFC 7540 and RFC 7541 call errors, one connection each.

Each time the connection must end, or go on and answer: it may not stay open
and say nothing. What gRPC 1.51 does with each is its own business.
"""

import struct
import unittest

import fault_case
import frames
from frames import frame

HEADERS = frames.headers(1)


def hpack(data, stream=1):
    return frame(
        frames.HEADERS, frames.END_HEADERS, stream, frames.block() + data
    )


WRONG = {
    "DATA on stream 0": frame(frames.DATA, 0, 0, b"x"),
    "HEADERS on stream 0": frames.headers(0),
    "HEADERS on a server's stream": frames.headers(2),
    "HEADERS twice": HEADERS + HEADERS,
    "HEADERS of an earlier stream": frames.headers(5) + frames.headers(3),
    "HEADERS between HEADERS and CONTINUATION": frames.headers(1, flags=0)
    + frames.headers(3),
    "CONTINUATION of nothing": frame(frames.CONTINUATION, 4, 1, b""),
    "CONTINUATION of another stream": frames.headers(1, flags=0)
    + frame(frames.CONTINUATION, 4, 3, b""),
    "PADDED without room": frame(frames.HEADERS, 12, 1, b"\xff" + frames.block()),
    "PADDED DATA without room": HEADERS + frame(frames.DATA, 8, 1, b"\xffx"),
    "PRIORITY too short": frame(frames.PRIORITY, 0, 1, b"\0"),
    "HEADERS that depend on themselves": frame(
        frames.HEADERS, 0x24, 1, b"\0\0\0\1\x10" + frames.block()
    ),
    "RST_STREAM on stream 0": frames.reset(0),
    "RST_STREAM on an idle stream": frames.reset(9),
    "RST_STREAM too short": HEADERS + frame(frames.RST_STREAM, 0, 1, b"\0"),
    "SETTINGS on a stream": frame(frames.SETTINGS, 0, 1),
    "SETTINGS of 5 bytes": frame(frames.SETTINGS, 0, 0, b"\0" * 5),
    "SETTINGS ACK with more": frame(frames.SETTINGS, 1, 0, b"\0" * 6),
    "ENABLE_PUSH of 2": frames.settings((2, 2)),
    "INITIAL_WINDOW_SIZE of 2^31": frames.settings((4, 1 << 31)),
    "MAX_FRAME_SIZE of 1": frames.settings((5, 1)),
    "MAX_FRAME_SIZE of 2^24": frames.settings((5, 1 << 24)),
    "PUSH_PROMISE": frame(frames.PUSH_PROMISE, 4, 1, b"\0\0\0\2"),
    "PING of 7 bytes": frame(frames.PING, 0, 0, b"\0" * 7),
    "PING on a stream": frame(frames.PING, 0, 1, b"\0" * 8),
    "PING ACK that nobody asked for": frame(frames.PING, 1, 0, b"\0" * 8),
    "GOAWAY on a stream": frame(frames.GOAWAY, 0, 1, b"\0" * 8),
    "GOAWAY of 7 bytes": frame(frames.GOAWAY, 0, 0, b"\0" * 7),
    "WINDOW_UPDATE of 3 bytes": frame(frames.WINDOW_UPDATE, 0, 0, b"\0" * 3),
    "WINDOW_UPDATE of nothing": frames.window(0, 0),
    "WINDOW_UPDATE of an idle stream": frames.window(9, 1),
    "a frame over the limit": HEADERS + frame(frames.DATA, 0, 1, b"x" * 20_000),
    "a frame of 16 MiB that does not come": frame(0, 0, 1, b"", length=0xFFFFFF),
    "a type that there is not": frame(0xEE, 0xFF, 1, b"x" * 100),
    "an index of 0": hpack(b"\x80"),
    "an index that there is not": hpack(b"\xff\xff\x7f"),
    "an integer without end": hpack(b"\xff" * 20),
    "a string longer than its block": hpack(b"\0\x7fx"),
    "Huffman text that is none": hpack(b"\0\x01a\x84\xff\xff\xff\xff"),
    "a table over its limit": hpack(b"\x3f\xff\xff\x7f"),
    "a change of the table at the end": hpack(b"\x20"),
}


class FrameFaults(fault_case.FaultCase):
    def test_wrong_frames(self):
        for name, data in WRONG.items():
            with self.subTest(name):
                with frames.Connection(self.server.port) as connection:
                    self.assertTrue(
                        fault_case.wait_until(lambda: connection.received)
                    )
                    connection.send(data)
                    before = connection.received
                    connection.send(frame(frames.PING, 0, 0, b"answer!!"))
                    if "does not come" in name:
                        continue  # a server may wait for the rest
                    self.assertTrue(
                        fault_case.wait_until(
                            lambda: connection.closed.is_set()
                            or connection.received > before
                        ),
                        name,
                    )

    def test_wrong_frames_together(self):
        with frames.Connection(self.server.port) as connection:
            for data in WRONG.values():
                if not connection.send(data):
                    break

    def test_a_frame_cut_anywhere(self):
        whole = frames.headers(1) + frames.frame(
            frames.DATA, frames.END_STREAM, 1, struct.pack(">BI", 0, 0)
        )
        for size in range(1, len(whole), 7):
            with frames.Connection(self.server.port) as connection:
                connection.send(whole[:size])
        self.assertEqual(self.settle(), [])


if __name__ == "__main__":
    unittest.main(verbosity=2)
