#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs inlong-report, and curl as DataProxy's documentation has it, against Netty's own HTTP.

tool_test.py TOOL [ARGUMENT OF UNITTEST...]

The peer is named by the environment, as in peer.hpp.
"""

import collections
import errno
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import unittest

from judge import Judge

TOOL = os.path.abspath(sys.argv[1])
FOLDER = os.environ.get("INTEROP_JUDGE_FOLDER")
OK = b'{"code":"0","msg":"Ok"}'
JUDGE_ONLY = unittest.skipUnless(FOLDER, "a DataProxy does not tell what it stores")


class ToolTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.judge = Judge(FOLDER) if FOLDER else None
        cls.address = cls.judge.address if FOLDER else os.environ["INLONG_TEST_DATAPROXY"]
        cls.group = "group" if FOLDER else os.environ["INLONG_TEST_GROUP"]
        cls.stream = "stream" if FOLDER else os.environ["INLONG_TEST_STREAM"]

    @classmethod
    def tearDownClass(cls):
        if cls.judge:
            cls.judge.close()

    def setUp(self):
        if self.judge:
            self.judge.begin()

    def report(self, lines, *arguments):
        """What became of the tool that was given those lines."""
        return subprocess.run(
            [TOOL, "--quiet", "--address", self.address, "--group", self.group, "--stream",
             self.stream, "--workers", "1", *arguments],  # so that lines keep their order
            input=b"".join(line + b"\n" for line in lines), capture_output=True, timeout=120)

    def curl(self, form, *arguments, path="/dataproxy/message"):
        run = subprocess.run(
            ["curl", "--silent", "--show-error", "--max-time", "30", "-X", "POST", "-d", form,
             *arguments, f"http://{self.address}{path}"], capture_output=True, timeout=60)
        self.assertEqual((run.returncode, run.stderr), (0, b""))
        return run.stdout

    def form(self, rest="&dt=1700000000000&body=hello&cnt=1"):
        return f"groupId={self.group}&streamId={self.stream}{rest}"

    def check_arrived(self, run, lines):
        self.assertEqual((run.returncode, run.stderr), (0, b""))
        if self.judge:
            self.check_stored(lines)

    def check_stored(self, lines):
        """Each once and none else; requests may overtake each other."""
        found = collections.Counter(self.judge.records())
        found.subtract(collections.Counter(lines))
        # Not the whole difference: there may be a hundred thousand.
        wrong = [(line[:80], count) for line, count in found.items() if count != 0]
        self.assertEqual((len(wrong), wrong[:3]), (0, []))

    def test_tool_delivers_every_character(self):
        points = [*range(0x0A), *range(0x0B, 0xD800), *range(0xE000, 0x110000)]
        lines = ["".join(map(chr, points[i:i + 200])).encode() for i in range(0, len(points), 200)]
        lines += [bytes([byte]) + b"x" + bytes([byte]) for byte in range(0x80) if byte != 0x0A]
        self.check_arrived(self.report(lines), lines)

    def test_tool_delivers_every_character_in_the_strict_form(self):
        lines = ["".join(map(chr, range(i, i + 64))).encode() for i in range(0x20, 0xD7E0, 64)]
        self.check_arrived(self.report(lines, "--strict"), lines)

    def test_tool_delivers_many_lines(self):
        chance = random.Random(6)
        lines = [b"%d " % i + b"x" * chance.randrange(200) for i in range(100_000)]
        self.check_arrived(self.report(lines, "--batch-size", "20000"), lines)

    def test_curl_as_the_documentation_has_it(self):
        before = int(time.time() * 1000)
        self.assertEqual(self.curl(self.form()), OK)
        self.assertEqual(self.curl(self.form("&body=one%0Atwo&cnt=2")), OK)
        if not self.judge:
            return
        first, second = self.judge.stored()
        self.assertEqual((first.group, first.stream, first.dt, first.cnt, first.body),
                         (b"group", b"stream", 1700000000000, 1, b"hello"))
        self.assertEqual((second.cnt, second.records()), (2, [b"one", b"two"]))
        self.assertTrue(before <= second.dt <= time.time() * 1000)

    def test_curl_is_refused_as_the_protocol_has_it(self):
        for form, code in [("streamId=s&body=x", 100), ("groupId=g&body=x", 101),
                           (self.form(""), 103), (self.form("&body=+"), 111)]:
            self.assertIn(b'"code":"%d"' % code, self.curl(form))
        self.assertIn(b'"code":"35"', self.curl(self.form(), path="/dataproxy/messages"))
        with_charset = "Content-Type: application/x-www-form-urlencoded; charset=UTF-8"
        self.assertIn(b'"code":"36"', self.curl(self.form(), "-H", with_charset))
        self.assertEqual(self.curl("", path="/dataproxy/heartbeat"), OK)

    def test_tool_and_curl_send_the_same(self):
        """What a dry run prints is run by a shell."""
        lines = [b"'quoted' \"twice\"", b"a=1&b=2;c=3#d+e%20f%", "Grüße, 数据".encode()]
        dry = self.report(lines, "--dry-run")
        self.assertEqual(dry.returncode, 0, dry.stderr)
        by_curl = subprocess.run(["bash", "-e"], input=dry.stdout, capture_output=True, timeout=60)
        self.assertEqual(by_curl.returncode, 0, by_curl.stderr)
        self.check_arrived(self.report(lines), lines + lines if self.judge else lines)

    @JUDGE_ONLY
    def test_judge_comes_back_to_its_port(self):
        """While it is down, nobody else gets it."""
        host, port = self.address.split(":")
        self.judge.tell("down")
        with socket.socket() as other, self.assertRaises(OSError) as refused:
            other.bind((host, int(port)))
        self.assertEqual(refused.exception.errno, errno.EADDRINUSE)
        self.judge.tell("up")
        for _ in range(200):
            self.judge.tell("restart")  # or raises
        self.assertEqual(self.curl(self.form()), OK)

    @JUDGE_ONLY
    def test_tool_halves_what_is_too_large_for_the_server(self):
        self.judge.tell("max-msg-length 2000")
        lines = [b"line %d " % i + b"x" * 500 for i in range(100)]
        self.check_arrived(self.report(lines), lines)

    @JUDGE_ONLY
    def test_tool_names_the_line_that_no_server_takes(self):
        self.judge.tell("max-msg-length 2000")
        lines = [b"short", b"y" * 3000, b"brief"]
        run = self.report(lines)
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"stdin:2", run.stderr)
        self.check_stored([b"short", b"brief"])

    @JUDGE_ONLY
    def test_tool_fails_where_the_server_refuses(self):
        self.judge.tell("know other")
        run = self.report([b"line"], "--timeout", "500ms")
        self.assertEqual(run.returncode, 1)
        self.assertIn(b"115", run.stderr)
        self.assertEqual(self.judge.records(), [])

    @JUDGE_ONLY
    def test_curl_and_a_body_that_is_too_large(self):
        self.judge.tell("max-msg-length 1000")
        form = self.form("&body=" + "x" * 2000)
        code = ["-o", "/dev/null", "-w", "%{http_code}"]
        self.assertEqual(self.curl(form, *code), b"413")
        self.assertEqual(self.curl(form, "-H", "Connection: close", *code), b"413")
        # curl waits for leave to send what is large, if it is told to.
        self.assertEqual(self.curl(form, "-H", "Expect: 100-continue", *code), b"413")
        self.assertEqual(self.curl(self.form(), "-H", "Expect: 100-continue"), OK)
        self.assertEqual(self.judge.records(), [b"hello"])


def why_not():
    if FOLDER:
        reason = os.path.join(os.path.dirname(FOLDER), "skipped")
        if os.path.exists(reason):
            with open(reason, encoding="utf-8") as file:
                return file.read().strip()
    elif not os.environ.get("INLONG_TEST_DATAPROXY"):
        return "INLONG_TEST_DATAPROXY names no DataProxy of your own"
    elif not (os.environ.get("INLONG_TEST_GROUP") and os.environ.get("INLONG_TEST_STREAM")):
        return "INLONG_TEST_GROUP or INLONG_TEST_STREAM is missing"
    return "" if shutil.which("curl") else "there is no curl here"


if __name__ == "__main__":
    if why_not():
        print(why_not())
        sys.exit(77)  # which Meson takes for skipped
    unittest.main(argv=sys.argv[1:])
