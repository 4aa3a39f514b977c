# SPDX-License-Identifier: Apache-2.0
"""Runs a Netty judge for tests in Python, as judge.hpp does for those in C++."""

import os
import subprocess
import tempfile

SCRIPT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "netty", "run.sh")
ESCAPES = {ord("t"): b"\t", ord("n"): b"\n", ord("r"): b"\r", ord("\\"): b"\\"}


class Message:
    """One line of a journal."""

    def __init__(self, line):
        fields = [unescape(field) for field in line.split(b"\t")]
        self.port, self.dt, self.cnt = (int(field) for field in fields[:3])
        self.client, self.group, self.stream, self.body = fields[3:]

    def records(self):
        return self.body.split(b"\n")


def unescape(field):
    if b"\\" not in field:
        return field
    first, *rest = field.split(b"\\")
    plain = [first]
    at = iter(rest)
    for part in at:
        if part:
            plain += [ESCAPES[part[0]], part[1:]]
        else:  # an escaped backslash: what follows the second one is as it is
            plain += [b"\\", next(at)]
    return b"".join(plain)


class Judge:
    def __init__(self, folder):
        self.home = tempfile.TemporaryDirectory()
        self.journal = os.path.join(self.home.name, "journal")
        self.process = subprocess.Popen(
            [SCRIPT, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        hello = self.process.stdout.readline().decode()
        self.address, _, self.version = hello.removeprefix("listening on ").partition(" with ")
        self.version = self.version.strip()
        self.begin()

    def close(self):
        self.process.communicate()
        self.home.cleanup()

    def tell(self, command):
        """Sends one line of what Judge.java lists, and waits until it is carried out."""
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().decode().strip()
        if not answer.startswith("ok"):
            raise RuntimeError(f"{command}: {answer}")
        return answer[3:]

    def begin(self):
        self.tell("reset")
        self.tell("journal " + self.journal)

    def stored(self):
        self.tell("flush")
        with open(self.journal, "rb") as journal:
            return [Message(line) for line in journal.read().split(b"\n")[:-1]]

    def records(self):
        return [record for message in self.stored() for record in message.records()]
