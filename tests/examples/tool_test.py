#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs inlong-report and dataproxy-stand-in as a user would.

tool_test.py TOOL STAND_IN [ARGUMENT OF UNITTEST...]
"""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest

from programs import TIMEOUT, ScriptedServer, StandIn, run

TOOL, STAND_IN = (os.path.abspath(program) for program in sys.argv[1:3])
TO = ("--group", "some_group", "--stream", "some_stream")
# What has one order and the same requests each time.
ORDERLY = ("--workers", "1", "--linger", "1m")

# Every ASCII character but the line feed, some of them where a shell or a form would misread them,
# and some of Unicode.
AWKWARD = [
    bytes(byte for byte in range(0x80) if byte != 0x0A),
    b"@a file",
    b"'quoted' \"twice\" $HOME `id` \\n \\",
    b"a=1&b=2;c=3#d+e%20f%",
    b"!!",
    b"- --help",
    b" padded ",
    "Grüße, 数据, \U0001f600, \u00a0".encode(),
]
BLANK = [b"", b" ", b"\t\x0b\x0c\r\x1c\x1f", "\u3000\u2028\u2003".encode()]


def lines_of(records):
    return b"".join(record + b"\n" for record in records)


def numbered(count):
    return [b"line %d" % number for number in range(1, count + 1)]


class ToolTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def stand_in(self, *arguments):
        return self.enter(StandIn(STAND_IN, self.folder, "--quiet", *arguments))

    def showing_stand_in(self):
        return self.enter(StandIn(STAND_IN, self.folder))

    def scripted(self, *answers):
        return self.enter(ScriptedServer(*answers))

    def enter(self, context):
        self.addCleanup(context.__exit__, None, None, None)
        return context.__enter__()

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        return path

    def tool(self, server, *arguments, status=0, **options):
        """Runs the tool and returns what it wrote to standard error."""
        done = run(TOOL, "--address", server.address, *TO, *ORDERLY, *arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr.decode())
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def start(self, server, *arguments):
        tool = subprocess.Popen(
            [TOOL, "--address", server.address, *TO, *arguments],
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.addCleanup(tool.stdin.close)
        self.addCleanup(tool.stderr.close)
        self.addCleanup(tool.kill)
        return tool


class Lines(ToolTest):
    def test_lines_arrive_byte_for_byte_and_in_order(self):
        server = self.stand_in("--max-message-bytes", "524288")
        content = lines_of(AWKWARD + numbered(3000) + [b"x" * 60000])
        said = self.tool(server, self.file("log", content))
        self.assertEqual(server.stored(), content)
        self.assertIn("%d delivered, 0 blank skipped, 0 failed" % (len(AWKWARD) + 3001), said)

    def test_with_several_workers_and_many_batches_all_lines_arrive_once(self):
        server = self.stand_in()
        records = numbered(20_000)
        path = self.file("log", lines_of(records))
        done = run(TOOL, "--address", server.address, *TO, "--batch-size", "50", path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(server.stored().splitlines()), sorted(records))

    def test_standard_input_is_read_when_no_file_is_named(self):
        server = self.stand_in()
        self.tool(server, stdin=b"one\ntwo\n")
        self.assertEqual(server.stored(), b"one\ntwo\n")

    def test_several_files_and_standard_input_are_read_in_their_order(self):
        server = self.stand_in()
        self.tool(
            server,
            self.file("a", b"from a\n"),
            "-",
            self.file("b", b"from b\n"),
            stdin=b"from standard input",
        )
        self.assertEqual(server.stored(), b"from a\nfrom standard input\nfrom b\n")

    def test_the_last_line_needs_no_line_feed_and_makes_no_other_line_longer(self):
        server = self.stand_in()
        self.tool(server, self.file("a", b"end of a"), self.file("b", b"end of b"))
        self.assertEqual(server.stored(), b"end of a\nend of b\n")

    def test_a_carriage_return_and_a_nul_are_kept(self):
        server = self.stand_in()
        self.tool(server, stdin=b"dos\r\n\0\na\0b\n")
        self.assertEqual(server.stored(), b"dos\r\n\0\na\0b\n")

    def test_blank_lines_are_skipped_and_counted(self):
        server = self.stand_in()
        said = self.tool(server, stdin=lines_of([b"one", *BLANK, b"two"]))
        self.assertEqual(server.stored(), b"one\ntwo\n")
        self.assertIn("2 delivered, 4 blank skipped, 0 failed", said)

    def test_what_holds_no_line_is_no_failure(self):
        server = self.stand_in()
        for content in (b"", b"\n\n\n"):
            self.tool(server, self.file("empty", content))
        self.assertEqual(server.stored(), b"")

    def test_a_line_is_reported_before_the_next_one_is_typed(self):
        server = self.showing_stand_in()
        tool = subprocess.Popen(
            [TOOL, "--address", server.address, *TO, "--quiet"], stdin=subprocess.PIPE
        )
        self.addCleanup(tool.kill)
        for record in (b"first", b"second"):
            tool.stdin.write(record + b"\n")
            tool.stdin.flush()
            self.assertEqual(server.line(), b"some_group/some_stream: " + record + b"\n")
        tool.stdin.close()
        self.assertEqual(tool.wait(TIMEOUT), 0)

    def test_memory_stays_bounded_whatever_the_input(self):
        def most_memory_for(block, times):
            path = os.path.join(self.folder, "input")
            with open(path, "wb") as file:
                for _ in range(times):  # what this process has held is counted as the tool's
                    file.write(block)
            tool = subprocess.Popen(
                [TOOL, "--address", server.address, *TO, "--quiet", "--max-memory", "4MB", path],
                stderr=subprocess.DEVNULL,
                env=frees_memory,
            )
            _, status, usage = os.wait4(tool.pid, 0)
            tool.returncode = os.waitstatus_to_exitcode(status)
            return usage.ru_maxrss * 1024

        # The address sanitizer would keep what was freed.
        frees_memory = {**os.environ, "ASAN_OPTIONS": "quarantine_size_mb=1"}
        server = self.stand_in("--max-message-bytes", "524288")
        bound = most_memory_for(b"a line\n", 1) + 20_000_000
        self.assertLess(most_memory_for(b"x" * 50_000, 1000), bound, "one endless line")
        self.assertLess(most_memory_for(b"y" * 50_000 + b"\n", 1000), bound, "many long lines")


class BadLines(ToolTest):
    def test_a_line_that_is_not_utf8_is_named_and_the_rest_goes_on(self):
        server = self.stand_in()
        path = self.file("log", b"one\n\xff\ntwo\nhalf a character \xe6\x95\n")
        said = self.tool(server, path, status=1)
        self.assertEqual(server.stored(), b"one\ntwo\n")
        self.assertIn(path + ":2: the body is not UTF-8", said)
        self.assertIn(path + ":4: the body is not UTF-8", said)
        self.assertIn("2 delivered, 0 blank skipped, 2 failed", said)

    def test_a_line_that_is_too_long_is_named_with_its_size_and_the_rest_goes_on(self):
        server = self.stand_in()
        said = self.tool(server, stdin=lines_of([b"one", b"x" * 200_000, b"two"]), status=1)
        self.assertEqual(server.stored(), b"one\ntwo\n")
        self.assertIn("stdin:2: 200000 bytes: the record is too large", said)

    def test_a_line_that_only_encoding_makes_too_long_is_named_too(self):
        server = self.stand_in()
        said = self.tool(
            server, stdin=lines_of([b"one", b"%" * 30_000, b"two", b"three"]), status=1
        )
        self.assertEqual(server.stored(), b"one\ntwo\nthree\n")
        self.assertIn("stdin:2: 30000 bytes: the record is too large", said)
        self.assertIn("3 delivered, 0 blank skipped, 1 failed", said)

    def test_a_longer_line_passes_when_the_limits_are_raised(self):
        server = self.stand_in("--max-message-bytes", "5000000")
        self.tool(server, "--max-request-bytes", "4MB", stdin=b"x" * 3_000_000)
        self.assertEqual(server.stored(), b"x" * 3_000_000 + b"\n")

    def test_lines_are_numbered_in_each_file_from_one_and_blank_ones_count(self):
        server = self.stand_in()
        first, second = self.file("first", b"\n\n\xff\n"), self.file("second", b"\xff\n")
        said = self.tool(server, first, second, status=1)
        self.assertIn(first + ":3: ", said)
        self.assertIn(second + ":1: ", said)

    def test_of_many_failures_ten_are_named_and_the_others_counted(self):
        server = self.stand_in()
        said = self.tool(server, stdin=b"\xff\n" * 13, status=1)
        self.assertIn("stdin:10:", said)
        self.assertNotIn("stdin:11:", said)
        self.assertIn("3 more lines failed", said)
        self.assertIn("stdin:13:", self.tool(server, "--verbose", stdin=b"\xff\n" * 13, status=1))


class BadUsage(ToolTest):
    def refused(self, *arguments, **options):
        done = run(TOOL, *arguments, **options)
        self.assertEqual(done.returncode, 2, done)
        self.assertEqual(done.stdout, b"")
        return done.stderr.decode()

    def test_a_bad_address_is_named_with_what_is_wrong_with_it(self):
        self.assertIn(
            'addresses[1] "b:0": the port is 0', self.refused("--address", "a:1,b:0", *TO)
        )
        self.assertIn(
            'addresses[1] "b:0": the port is 0',
            self.refused("--address", "a:1", "--address", "b:0", *TO),
        )
        self.assertIn("https", self.refused("--address", "https://a", *TO))

    def test_what_is_missing_is_named(self):
        environment = {
            name: value for name, value in os.environ.items() if name != "INLONG_ADDRESS"
        }
        self.assertIn("--address", self.refused(*TO, env=environment))
        self.assertIn("--group", self.refused("--address", "a", "--stream", "s"))
        self.assertIn("--stream", self.refused("--address", "a", "--group", "g"))
        self.assertIn(
            "group id is blank", self.refused("--address", "a", "--group", " ", "--stream", "s")
        )

    def test_a_bad_option_is_named(self):
        for option, value in [
            ("--batch-size", "0"),
            ("--batch-size", "many"),
            ("--workers", "0"),
            ("--max-memory", "much"),
            ("--linger", "-1ms"),
            ("--timeout", "0s"),
            ("--timeout", "-1s"),
            ("--timeout", "5 hours"),
            ("--connect-timeout", "soon"),
            ("--max-request-bytes", "0"),
            ("--data-time", "yesterday"),
            ("--data-time", "2024-02-30T00:00:00Z"),
            ("--data-time", "2024-05-01T12:00:00"),
            ("--data-time", "2024-05-01T12:00:00.Z"),
            ("--data-time", "12x"),
            ("--data-time", ""),
        ]:
            with self.subTest(option=option, value=value):
                self.assertIn(option, self.refused("--address", "a", *TO, option + "=" + value))

    def test_memory_for_less_than_some_requests_is_refused(self):
        self.assertIn(
            "--max-memory is 1000", self.refused("--address", "a", *TO, "--max-memory", "1000")
        )
        self.assertIn("--workers is 5000", self.refused("--address", "a", *TO, "--workers", "5000"))

    def test_an_unknown_option_is_named(self):
        self.assertIn("--bogus", self.refused("--address", "a", *TO, "--bogus"))

    def test_a_file_that_cannot_be_read_is_named_before_anything_is_sent(self):
        server = self.stand_in()
        good = self.file("good", b"a line\n")
        to_server = ("--address", server.address, *TO)
        self.assertIn("no_such_file: No such file", self.refused(*to_server, good, "no_such_file"))
        self.assertIn(self.folder + ": Is a directory", self.refused(*to_server, good, self.folder))
        self.assertEqual(server.stored(), b"")

    def test_help_and_version_are_no_failure(self):
        self.assertIn(b"--address", run(TOOL, "--help").stdout)
        self.assertRegex(run(TOOL, "--version").stdout, rb"^inlong-report \d+\.\d+\.\d+\n$")

    def test_addresses_come_from_the_environment_as_well(self):
        server = self.stand_in()
        done = run(
            TOOL, *TO, stdin=b"a line\n", env={**os.environ, "INLONG_ADDRESS": server.address}
        )
        self.assertEqual((done.returncode, server.stored()), (0, b"a line\n"))


class Options(ToolTest):
    def test_a_request_carries_no_more_records_than_asked_for(self):
        server = self.scripted(0)
        self.tool(server, "--batch-size", "2", self.file("log", lines_of(numbered(5))))
        self.assertEqual([form["cnt"] for form in server.fields()], ["2", "2", "1"])

    def test_the_data_time_is_sent_with_each_record(self):
        for written, expected in [
            ("1700000000123", "1700000000123"),
            ("2024-05-01T12:00:00Z", "1714564800000"),
            ("2024-05-01T12:00:00.5Z", "1714564800500"),
            ("2024-02-29T23:59:59.123456Z", "1709251199123"),
        ]:
            with self.subTest(written=written):
                server = self.scripted(0)
                self.tool(server, "--data-time", written, stdin=b"a line\n")
                self.assertEqual(server.fields()[0]["dt"], expected)

    def test_a_time_without_a_unit_is_in_seconds(self):
        server = self.scripted("silence")
        self.assertRegex(
            self.tool(server, "--timeout", "1", stdin=b"a line\n", status=1),
            r"after 1 attempt in 1\.\d s",
        )

    def test_an_address_does_not_take_the_file_behind_it_for_another(self):
        server = self.stand_in()
        path = self.file("log", b"a line\n")
        self.assertEqual(run(TOOL, *TO, "--address", server.address, path).returncode, 0)
        self.assertEqual(server.stored(), b"a line\n")

    def test_strict_escapes_all_that_can_be_escaped(self):
        server = self.scripted(0)
        self.tool(server, "--strict", stdin=lines_of(AWKWARD))
        self.assertRegex(server.forms[0], rb"^[A-Za-z0-9=&%_.~-]+$")
        self.assertEqual(server.fields()[0]["body"].encode(), b"\n".join(AWKWARD))

    def test_quiet_says_nothing_but_what_failed(self):
        server = self.stand_in()
        self.assertEqual(self.tool(server, "--quiet", stdin=b"a line\n\n"), "")
        self.assertRegex(
            self.tool(server, "--quiet", stdin=b"a line\n\xff\n", status=1), r"^stdin:2: .*\n$"
        )

    def test_verbose_says_what_became_of_every_batch(self):
        server = self.stand_in()
        said = self.tool(
            server, "--verbose", "--batch-size", "2", self.file("log", lines_of(numbered(3)))
        )
        self.assertRegex(said, r"log:1 to \S+log:2: delivered after 1 attempt")
        self.assertRegex(said, r"log:3: delivered after 1 attempt")


class Failures(ToolTest):
    def file_of(self, count):
        path = self.file("log", lines_of(numbered(count)))
        return path, ("--batch-size", "10", path)

    def test_an_unknown_stream_ends_the_run_at_its_first_line(self):
        server = self.stand_in("--known", "some_group/another_stream")
        path, arguments = self.file_of(100)
        said = self.tool(server, *arguments, status=1)
        self.assertRegex(said, rf"{path}:1 to {path}:10: failed: .*code 115")
        self.assertIn(f"stopped; all before {path}:1 is dealt with", said)
        self.assertIn("0 delivered, 0 blank skipped, 100 failed", said)

    def test_what_is_hopeless_ends_the_run_although_more_lines_may_come(self):
        for failure, lines in ((115, 1), (404, 1), (100, 3)):
            with self.subTest(failure=failure):
                server = self.scripted(failure)
                tool = self.start(server, "--batch-size", "1")
                tool.stdin.write(lines_of(numbered(lines)))
                tool.stdin.flush()  # and it stays open
                self.assertEqual(tool.wait(TIMEOUT), 1)
                self.assertIn(b"stopped; all before stdin:1 is dealt with", tool.stderr.read())

    def test_a_server_that_is_down_is_tried_until_the_timeout_and_then_the_run_ends(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            server = type("Down", (), {"address": "127.0.0.1:%d" % taken.getsockname()[1]})
        path, arguments = self.file_of(100)
        said = self.tool(server, *arguments, "--timeout", "1500ms", status=1)
        self.assertRegex(
            said,
            rf"{path}:1 to {path}:10: failed: not delivered within the time allowed \(connection "
            "refused ",
        )
        self.assertRegex(said, r" in 1\.[5-9] s")
        self.assertIn(f"stopped; all before {path}:1 is dealt with", said)
        self.assertIn("0 delivered, 0 blank skipped, 100 failed", said)

    def test_a_server_that_falls_silent_ends_the_run_by_the_deadline_and_the_line_is_named(self):
        server = self.scripted(0, 0, "silence")
        path, arguments = self.file_of(100)
        said = self.tool(server, *arguments, "--timeout", "1s", status=1)
        self.assertIn(f"{path}:21 to {path}:30: ", said)
        self.assertIn("not delivered within the time allowed", said)
        self.assertIn(f"stopped; all before {path}:21 is dealt with", said)
        self.assertIn("20 delivered, 0 blank skipped, 80 failed", said)

    def test_a_passing_failure_is_survived(self):
        for failure in (1, 114, "close", 503):
            with self.subTest(failure=failure):
                server = self.scripted(0, failure, 0)
                _, arguments = self.file_of(40)
                said = self.tool(server, *arguments)
                self.assertIn("40 delivered, 0 blank skipped, 0 failed", said)
                self.assertEqual(len(server.forms), 5)

    def test_at_most_once_what_may_have_been_stored_fails_and_the_rest_goes_on(self):
        for failure in (114, "close", 503):
            with self.subTest(failure=failure):
                server = self.scripted(0, failure, 0)
                path, arguments = self.file_of(40)
                said = self.tool(server, "--at-most-once", *arguments, status=1)
                self.assertRegex(said, f"{path}:11 to {path}:20: .*stored is not known")
                self.assertNotIn("stopped", said)
                self.assertIn("30 delivered, 0 blank skipped, 10 failed", said)
                self.assertEqual(len(server.forms), 4)

    def test_after_three_failures_in_a_row_the_run_ends(self):
        server = self.scripted(0, 100, 100, 0, 100)
        path, arguments = self.file_of(100)
        said = self.tool(server, *arguments, status=1)
        self.assertIn(f"stopped; all before {path}:41 is dealt with", said)
        self.assertIn("20 delivered, 0 blank skipped, 80 failed", said)

    def test_what_a_server_finds_too_large_is_divided_until_the_line_is_found(self):
        server = self.stand_in("--max-message-bytes", "500")
        records = numbered(200)
        records[70] = b"x" * 500
        path = self.file("log", lines_of(records))
        said = self.tool(server, path, status=1)
        self.assertEqual(server.stored(), lines_of(records[:70] + records[71:]))
        self.assertIn(path + ":71: ", said)
        self.assertIn("199 delivered, 0 blank skipped, 1 failed", said)

    def test_of_a_divided_batch_each_part_has_its_own_fate(self):
        server = self.scripted(413, 0, 115)
        path, arguments = self.file_of(10)
        said = self.tool(server, *arguments, status=1)
        first = int(re.search(rf"^{path}:(\d+) to {path}:10: ", said).group(1))
        self.assertGreater(first, 1)
        self.assertIn(f"stopped; all before {path}:{first} is dealt with", said)
        self.assertIn(f"{first - 1} delivered, 0 blank skipped, {11 - first} failed", said)

    def test_an_error_while_reading_is_named(self):
        server = self.stand_in()
        # A process's own memory can be opened, and not be read at its beginning.
        self.assertIn(
            "/proc/self/mem: Input/output error", self.tool(server, "/proc/self/mem", status=1)
        )

    def test_a_stream_that_is_closed_is_no_other_one(self):
        server = self.stand_in()
        lines = b"bad \xff\n" + lines_of(numbered(1000)) + b"bad \xff\n"
        for closed in ["<&-", ">&-", "2>&-", ">&- 2>&-"]:
            with self.subTest(closed=closed):
                done = run("bash", "-c", f'exec "$@" {closed}', "bash", TOOL, "--address",
                           server.address, *TO, *ORDERLY, stdin=lines)
                self.assertEqual(done.returncode, 1, done.stderr)
                if closed == "<&-":
                    self.assertIn(b"stdin: Bad file descriptor", done.stderr)
        self.assertEqual(server.stored(), lines_of(numbered(1000)) * 3)


class Signals(ToolTest):
    def test_what_was_read_is_still_delivered(self):
        for sent in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=sent):
                server = self.scripted(0)
                tool = self.start(server)
                tool.stdin.write(b"one\ntwo\nhalf a line")
                tool.stdin.flush()
                server.wait_for_forms(1)
                tool.send_signal(sent)
                self.assertEqual(tool.wait(TIMEOUT), 1)
                said = tool.stderr.read()
                self.assertIn(b"stopped; all before stdin:3 is dealt with", said)
                self.assertIn(b"2 delivered, 0 blank skipped, 0 failed", said)

    def test_lines_that_cannot_be_delivered_soon_are_named(self):
        server = self.scripted(0, "silence")
        path = self.file("log", lines_of(numbered(40)))
        tool = self.start(server, *ORDERLY, "--batch-size", "10", path)
        server.wait_for_forms(2)
        tool.send_signal(signal.SIGINT)
        self.assertEqual(tool.wait(TIMEOUT), 1)
        said = tool.stderr.read().decode()
        self.assertIn(
            f"{path}:11 to {path}:40: 30 lines given up on their way; 10 of them may have been "
            "stored",
            said,
        )
        self.assertIn(f"stopped; all before {path}:11 is dealt with", said)
        self.assertIn("10 delivered, 0 blank skipped, 30 failed", said)


class DryRun(ToolTest):
    def commands(self, *arguments, server, **options):
        done = run(
            TOOL, "--address", server.address, *TO, *ORDERLY, "--dry-run", *arguments, **options
        )
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def test_nothing_is_sent(self):
        server = self.stand_in()
        self.commands(server=server, stdin=b"a line\n")
        self.assertEqual(server.stored(), b"")

    def test_there_is_one_line_for_each_request(self):
        server = self.stand_in()
        printed = self.commands(
            "--batch-size", "10", self.file("log", lines_of(numbered(25))), server=server
        )
        self.assertEqual([line.split()[0] for line in printed.splitlines()], [b"curl"] * 3)

    def test_what_cannot_be_printed_is_told_and_ends_the_run(self):
        lines = lines_of(numbered(100_000))
        for to, why in [("> /dev/full", b"No space left on device"), (">&-", b"Bad file descriptor"),
                        ("| head -n 2 | cat", b"Broken pipe")]:
            with self.subTest(to=to):
                done = run("bash", "-c", f'set -o pipefail; "$@" {to}', "bash", TOOL, "--address",
                           "a", *TO, *ORDERLY, "--dry-run", "--batch-size", "10", stdin=lines)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn(b"standard output: " + why, done.stderr)
                self.assertNotIn(b" 0 failed", done.stderr)
                self.assertNotIn(b"inlong-report: 100000 printed", done.stderr)

    @unittest.skipUnless(shutil.which("curl"), "there is no curl")
    def test_a_shell_that_runs_the_commands_sends_what_the_tool_would_have_sent(self):
        shells = [shell for shell in ("sh", "bash", "dash", "busybox") if shutil.which(shell)]
        for form in ([], ["--strict"]):
            for shell in shells:
                with self.subTest(form=form, shell=shell):
                    self.run_commands([shell, "sh"] if shell == "busybox" else [shell], form)

    def run_commands(self, shell, form):
        server = self.scripted(0)
        arguments = [
            *form,
            "--data-time",
            "1700000000123",
            "--batch-size",
            "4",
            self.file("log", lines_of(AWKWARD)),
        ]
        self.tool(server, *arguments)
        sent, server.forms = server.forms, []
        printed = self.commands(*arguments, server=server)
        subprocess.run(
            shell,
            input=printed,
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=TIMEOUT,
            cwd=self.folder,
        )
        self.assertEqual(server.forms, sent)

    @unittest.skipUnless(shutil.which("curl"), "there is no curl")
    def test_a_form_longer_than_an_argument_may_be_goes_another_way(self):
        server = self.stand_in("--max-message-bytes", "1000000")
        printed = self.commands(
            "--max-request-bytes", "800000", server=server, stdin=b"'" * 200_000
        )
        subprocess.run(
            ["sh"], input=printed, check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT
        )
        self.assertEqual(server.stored(), b"'" * 200_000 + b"\n")


class Display(ToolTest):
    def on_terminal(self, *arguments):
        """Runs the tool with standard error on a terminal. Returns its status and what it shows."""
        ours, theirs = pty.openpty()
        tool = subprocess.Popen([TOOL, *arguments], stdin=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        appeared = b""
        try:
            while more := os.read(ours, 65536):
                appeared += more
        except OSError:  # the tool has ended
            pass
        os.close(ours)
        return tool.wait(TIMEOUT), appeared.decode()

    def test_on_a_terminal_there_is_a_bar_which_ends_full_and_a_summary(self):
        server = self.stand_in()
        status, appeared = self.on_terminal(
            "--address", server.address, *TO, self.file("log", lines_of(numbered(10)))
        )
        self.assertEqual(status, 0)
        self.assertRegex(
            appeared,
            r"\r\x1b\[K\[=+\] 100% 10 delivered, 0 pending, 0 failed; 61 B, .*B/s\r\n",
        )
        self.assertIn("10 delivered, 0 blank skipped, 0 failed", appeared)

    def test_a_message_erases_the_bar_and_stands_on_a_line_of_its_own(self):
        server = self.stand_in()
        path = self.file("log", b"one\n\xff\ntwo\n")
        _, appeared = self.on_terminal("--address", server.address, *TO, path)
        self.assertRegex(
            appeared, r"\r\x1b\[K" + re.escape(path) + r":2: the body is not UTF-8[^\r\n]*\r\n"
        )

    def test_without_a_terminal_there_are_plain_lines_only(self):
        server = self.stand_in()
        said = self.tool(server, self.file("log", lines_of(numbered(1000)) + b"\xff\n"), status=1)
        self.assertNotRegex(said, r"[^\n -~]")
        self.assertEqual(len(said.splitlines()), 2)


class StandInProgram(ToolTest):
    def test_it_says_where_it_listens_shows_each_record_and_counts_them_at_the_end(self):
        server = self.showing_stand_in()
        self.assertRegex(server.first_line, r"^listening on 127\.0\.0\.1:\d+\n$")
        self.tool(server, stdin=b"one\ntwo\n")
        self.assertEqual(
            server.stop(),
            b"some_group/some_stream: one\nsome_group/some_stream: two\n"
            b"requests: 1, records: 2\n",
        )
        self.assertEqual(server.process.returncode, 0)

    def test_a_store_that_is_there_is_added_to(self):
        self.file("stored", b"before\n")
        server = self.stand_in()
        self.tool(server, stdin=b"one\n")
        self.assertEqual(server.stored(), b"before\none\n")

    def test_a_group_alone_makes_all_its_streams_known(self):
        server = self.stand_in("--known", "other/stream", "--known", "some_group")
        self.tool(server, stdin=b"one\n")
        self.assertEqual(server.stored(), b"one\n")

    def test_a_port_in_use_and_a_bad_option_are_failures_with_a_reason(self):
        server = self.stand_in()
        in_use = run(STAND_IN, "--port", server.address.split(":")[1])
        self.assertEqual((in_use.returncode, in_use.stdout), (1, b""))
        self.assertIn(b"in use", in_use.stderr)
        self.assertEqual(run(STAND_IN, "--port", "70000").returncode, 2)
        self.assertEqual(
            run(STAND_IN, "--port", "0", "--store", "/no/such/folder/file").returncode, 1
        )


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
