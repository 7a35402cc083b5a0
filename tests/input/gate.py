"""A TCP gate between a caller and a server, which does wrong in one direction.

It passes everything until a fault is set, and everything again after `heal`.
Faults: delay, limit, parts, corrupt, close, deaf.
"""

import contextlib
import socket
import threading
import time

FAULTS = ("delay", "limit", "parts", "corrupt", "close", "deaf")
TO_SERVER, TO_CALLER = "to the server", "to the caller"


class Gate:
    def __init__(self, port):
        self.target = port
        self.fault = None
        self.direction = None
        self.passed = 0  # bytes in the direction since the fault was set
        self.lock = threading.Lock()
        self.sockets = []
        self.threads = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self._start(self._accept)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.cut()
        for thread in self.threads:
            thread.join()
        for each in self.sockets:
            each.close()

    def _start(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        with self.lock:
            self.threads.append(thread)
        thread.start()

    def break_with(self, fault, direction):
        self.passed, self.direction, self.fault = 0, direction, fault
        if fault == "deaf":
            # Connections that there are end; new ones to the server are not
            # made, those to the caller are taken and never answered.
            self.cut()

    def heal(self):
        """Passes again; connections that a fault has touched end."""
        self.fault = None
        self.cut()

    def cut(self):
        with self.lock:
            for each in self.sockets:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)

    def _accept(self):
        while True:
            try:
                caller, _ = self.listener.accept()
            except OSError:
                return
            if self.fault == "deaf":
                if self.direction == TO_SERVER:
                    caller.close()
                else:
                    with self.lock:
                        self.sockets.append(caller)
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            for each in (caller, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self.sockets += [caller, server]
            self._start(self._pass, caller, server, TO_SERVER)
            self._start(self._pass, server, caller, TO_CALLER)

    def _pass(self, source, sink, direction):
        with contextlib.suppress(OSError):
            while data := source.recv(1 << 16):
                if direction == self.direction and self.fault:
                    if not self._pass_wrong(data, sink):
                        break
                else:
                    sink.sendall(data)
        for each in (source, sink):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def _pass_wrong(self, data, sink):
        """Says whether the connection goes on."""
        fault = self.fault
        if fault == "close":
            return False
        if fault == "delay":
            time.sleep(0.2)
        if fault == "limit":  # so many, then the end
            room = max(0, 60 - self.passed)
            self.passed += len(data)
            sink.sendall(data[:room])
            return self.passed < 60
        if fault == "parts":
            for at in range(0, len(data), 20):
                sink.sendall(data[at : at + 20])
            return True
        if fault == "corrupt":
            data = bytes(byte ^ 0xFF if i % 7 == 3 else byte
                         for i, byte in enumerate(data))
        sink.sendall(data)
        return True
