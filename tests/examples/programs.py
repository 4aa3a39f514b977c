# SPDX-License-Identifier: Apache-2.0
"""The programs that the tests of the examples run, and servers for them to talk to."""

import os
import select
import signal
import socket
import subprocess
import threading
import urllib.parse

TIMEOUT = 60  # seconds, for what takes milliseconds


class StandIn:
    """The program dataproxy-stand-in on a free port, with what it stores and prints. Unless it is
    told to be quiet, somebody must read what it prints, or it will wait for them."""

    def __init__(self, program, folder, *arguments):
        self.store = os.path.join(folder, "stored")
        self.process = subprocess.Popen(
            [program, "--port", "0", "--store", self.store, *arguments],
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        self.first_line = self.line().decode()
        self.address = self.first_line.removeprefix("listening on ").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        self.process.stdout.close()

    def stored(self):
        """The bytes of all records, a line feed after each."""
        with open(self.store, "rb") as file:
            return file.read()

    def line(self):
        """Waits for the next line that it prints."""
        ready, _, _ = select.select([self.process.stdout], [], [], TIMEOUT)
        return self.process.stdout.readline() if ready else b""

    def stop(self):
        """Ends it as a service manager does. Returns the rest of what it printed."""
        self.process.send_signal(signal.SIGTERM)
        rest = self.process.stdout.read()
        self.process.wait(TIMEOUT)
        return rest


class ScriptedServer:
    """Answers one request after the other as it is told, and keeps the forms. A number is a
    DataProxy's code, over 400 an HTTP status; "silence" is no answer, "close" the end of the
    connection. The last one is used for all further requests. Heartbeats always succeed."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.forms = []
        self.changed = threading.Condition()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        self.held = []
        self.threads = [threading.Thread(target=self.serve, daemon=True)]
        self.threads[0].start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.threads[0].join()
        for connection in self.held:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # it has ended already
                pass
        for thread in self.threads:
            thread.join()
        for connection in self.held:
            connection.close()
        self.listener.close()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.held.append(connection)
            self.threads.append(threading.Thread(target=self.converse, args=[connection]))
            self.threads[-1].start()

    def converse(self, connection):
        try:
            while self.answer(connection):
                pass
        except OSError:  # the tool has gone
            pass

    def wait_for_forms(self, count):
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.forms) >= count, TIMEOUT)

    def answer(self, connection):
        """False when the connection is of no further use."""
        head, body = b"", b""
        while b"\r\n\r\n" not in head:
            received = connection.recv(65536)
            if not received:
                return False
            head += received
        head, _, body = head.partition(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        )
        while len(body) < length:
            body += connection.recv(65536)
        what = 0
        if not head.startswith(b"POST /dataproxy/heartbeat"):
            with self.changed:
                self.forms.append(body)
                what = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                self.changed.notify_all()
        if what == "silence":
            return True
        if what == "close":
            connection.shutdown(socket.SHUT_RDWR)
            return False
        status, text = (what, "") if what > 400 else (200, '{"code":"%d","msg":"scripted"}' % what)
        connection.sendall(
            (
                "HTTP/1.1 %d Scripted\r\ncontent-length: %d\r\n\r\n%s" % (status, len(text), text)
            ).encode()
        )
        return True

    def fields(self):
        """The forms, decoded."""
        return [
            dict(urllib.parse.parse_qsl(form.decode(), strict_parsing=True)) for form in self.forms
        ]


def run(program, *arguments, stdin=b"", **options):
    """Runs a program to its end, with its output as bytes."""
    return subprocess.run(
        [program, *arguments],
        input=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=TIMEOUT,
        check=False,
        **options
    )
