# SPDX-License-Identifier: Apache-2.0
"""Servers for the cases that need another than the stand-in DataProxy."""
import re
import socket
import struct
import threading
import urllib.parse


class Peer:
    """Listens, and has each connection served by a thread of its own."""

    def __init__(self, receive_buffer=None):
        self.listener = socket.socket()
        if receive_buffer:
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(64)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.open = []
        threading.Thread(target=self.accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for each in [self.listener, *self.open]:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            each.close()

    def accept(self):
        try:
            while True:
                link, _ = self.listener.accept()
                self.open.append(link)
                threading.Thread(target=self.serve_quietly, args=[link], daemon=True).start()
        except OSError:
            pass  # it is over

    def serve_quietly(self, link):
        try:
            self.serve(link)
        except OSError:
            pass

    def serve(self, link):
        raise NotImplementedError

    def records(self):
        return []

    def told(self, _line):
        """What the program has said."""


class Dead(Peer):
    """Nobody listens there."""

    def __init__(self):
        super().__init__()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()


class Silent(Peer):
    """Reads everything and never answers."""

    def serve(self, link):
        while link.recv(65536):
            pass


class Resetting(Peer):
    """Reads a little, and resets the connection while the rest is being sent."""

    def serve(self, link):
        link.recv(1000)
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()


class Strict(Peer):
    """Takes nothing but whole requests, one after the other, and keeps what it can't understand as
    a record of its own. If it waits, it reads nothing before the program says `read`. If its
    answers are chunked, they do not say how long they are, as DataProxy's do."""

    def __init__(self, waits=False, chunked=False):
        self.may_read = threading.Event()
        if not waits:
            self.may_read.set()
        self.chunked = chunked
        self.taken = []
        super().__init__(receive_buffer=4096 if waits else None)

    def told(self, line):
        if line == "read":
            self.may_read.set()

    def records(self):
        return self.taken

    def serve(self, link):
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.may_read.wait()
        with link.makefile("rb") as stream:
            while self.serve_request(link, stream):
                pass

    def serve_request(self, link, stream):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = stream.readline()
            if not line:
                if head:
                    self.taken.append(f"a request that ends early: {head!r}")
                return False
            head += line
        length = re.fullmatch(rb"POST \S+ HTTP/1\.1\r\n.*?Content-Length: (\d+)\r\n.*",
                              head, re.DOTALL)
        if not length:
            self.taken.append(f"no request: {head!r}")
            return False
        form = stream.read(int(length[1]))
        if len(form) < int(length[1]):
            self.taken.append(f"a form that ends early, after {len(form)} bytes")
            return False
        for field in form.decode().split("&"):
            name, _, value = field.partition("=")
            if name == "body":
                self.taken += urllib.parse.unquote(value).split("\n")
        answer = b'{"code":"0","msg":"success"}'
        if self.chunked:
            head = b"Transfer-Encoding: chunked"
            answer = b"%x\r\n%s\r\n0\r\n\r\n" % (len(answer), answer)
        else:
            head = b"Content-Length: %d" % len(answer)
        link.sendall(b"HTTP/1.1 200 OK\r\n%s\r\n\r\n%s" % (head, answer))
        return True
