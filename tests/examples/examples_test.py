#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every numbered example and looks at what it prints.

examples_test.py STAND_IN EXAMPLE...
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from programs import TIMEOUT, ScriptedServer, StandIn, run

STAND_IN = os.path.abspath(sys.argv[1])
PROGRAMS = {Path(program).name: os.path.abspath(program) for program in sys.argv[2:]}
SOURCES = Path(__file__).resolve().parent.parent.parent / "examples"


class ExamplesTest(unittest.TestCase):
    def output(self, name, *arguments, status=0):
        done = run(PROGRAMS[name], *arguments)
        self.assertEqual(done.returncode, status, done)
        return done.stdout.decode()

    def report_to_stand_in(self, name):
        with tempfile.TemporaryDirectory() as folder, StandIn(
            STAND_IN, folder, "--quiet"
        ) as server:
            printed = self.output(name, server.address)
            return printed, server.stored()

    def test_every_example_is_built_and_has_a_test(self):
        sources = {source.stem for source in SOURCES.glob("[0-9]*.cpp")}
        self.assertEqual(sources, set(PROGRAMS))
        self.assertEqual(
            sources, {name.removeprefix("test_") for name in dir(self) if name[5:6].isdigit()}
        )

    def test_every_example_is_short_and_says_what_it_shows(self):
        for source in SOURCES.glob("[0-9]*.cpp"):
            lines = source.read_text(encoding="utf-8").splitlines()
            self.assertLess(len(lines), 60, source.name)
            self.assertRegex(lines[1], r"^// [A-Z].*\.$", source.name)

    def test_01_one_record(self):
        printed, stored = self.report_to_stand_in("01_one_record")
        self.assertTrue(printed.startswith("1 record delivered after 1 attempt"), printed)
        self.assertEqual(stored, b"one record\n")

    def test_02_many_records(self):
        first, second = self.output("02_many_records").splitlines()
        self.assertRegex(first, r"^\d+ of 1000 records delivered; then: .*within the time allowed")
        delivered, in_doubt = map(int, re.findall(r"(\d+) (?:of 1000 )?records", first))
        self.assertIn(f"whether the next {in_doubt} records were stored is not known", first)
        self.assertGreater(delivered, 0)
        rest = 1000 - delivered - in_doubt
        self.assertTrue(second.startswith(f"{rest} records delivered"), second)

    def test_03_options(self):
        self.assertEqual(
            self.output("03_options").splitlines(),
            [
                "POST /inlong/dataproxy/message to http://gateway:80/inlong",
                "X-Token: only for the gateway",
                "groupId=my_group&streamId=my_stream&body=50%25%20of%20a%2Bb",
                "request_timeout is -1000 ms: a timeout must be longer than zero",
            ],
        )

    def test_04_errors(self):
        printed = self.output("04_errors")
        for said in (
            'addresses[1] "10.0.0.2:468020": the port is over 65535',
            "bodies[1]: the body is not UTF-8",
            "nothing was sent",
            "blank",
            "code 115 from 10.0.0.1:46802",
            "then: not delivered within the time allowed (Connection refused",
            "inlong: not delivered within the time allowed",
        ):
            self.assertIn(said, printed)

    def test_05_own_transport(self):
        printed, stored = self.report_to_stand_in("05_own_transport")
        self.assertTrue(printed.startswith("1 record delivered after 1 attempt"), printed)
        self.assertEqual(stored, b"over a plain socket\n")
        self.assertIn(
            "Connection refused", self.output("05_own_transport", "127.0.0.1:1", status=1)
        )

    def test_06_several_threads(self):
        self.assertEqual(self.output("06_several_threads"), "1000 of 1000 records delivered\n")

    def test_07_test_with_stand_in(self):
        printed = self.output("07_test_with_stand_in").splitlines()
        self.assertEqual([line.split(":")[0] for line in printed], ["ok"] * 7)

    def test_08_data_time(self):
        self.assertEqual(self.output("08_data_time"), "dt=1700000000000&cnt=2\n")

    def test_09_addresses(self):
        printed = self.output("09_addresses").splitlines()
        self.assertEqual(len(printed), 6)
        self.assertEqual(printed[0], "10.0.0.1 port 46802, path /dataproxy/message")
        self.assertEqual(printed[2], "2001:db8::1 port 46802, path /dataproxy/message")
        self.assertEqual(printed[5], "gateway port 80, path /inlong/dataproxy/message")

    def service_log(self, address, status=0):
        """What the service prints, and the lines of the file in which it keeps what failed."""
        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "kept")
            printed = self.output("10_service_log", address, kept, status=status)
            with open(kept, encoding="utf-8") as file:
                return printed, sorted(file.read().splitlines())

    def test_10_service_log(self):
        records = sorted(
            f"thread {thread} handled request {i}" for thread in range(1, 5) for i in range(1, 251)
        )
        with tempfile.TemporaryDirectory() as folder, StandIn(
            STAND_IN, folder, "--quiet"
        ) as server:
            printed, kept = self.service_log(server.address)
            self.assertEqual(printed, "1000 delivered, 0 failed, 0 refused\n")
            self.assertEqual(sorted(server.stored().decode().splitlines()), records)
            self.assertEqual(kept, [])
        with ScriptedServer(100) as server:  # refuses everything
            printed, kept = self.service_log(server.address, status=1)
            self.assertEqual(printed, "0 delivered, 1000 failed, 0 refused\n")
            self.assertEqual(kept, records)

    def shut_down(self, server, ready):
        """What it prints after a signal, and what it has kept."""
        with tempfile.TemporaryDirectory() as folder:
            kept = os.path.join(folder, "kept")
            program = subprocess.Popen(
                [PROGRAMS["11_graceful_shutdown"], server.address, kept], stdout=subprocess.PIPE
            )
            with program:
                self.assertEqual(program.stdout.readline(), b"running until SIGINT or SIGTERM\n")
                ready()
                program.send_signal(signal.SIGTERM)
                printed = program.communicate(timeout=TIMEOUT)[0].decode()
            self.assertEqual(program.returncode, 0)
            with open(kept, encoding="utf-8") as file:
                return printed, file.read()

    def test_11_graceful_shutdown(self):
        with ScriptedServer(0) as server:
            printed, kept = self.shut_down(server, lambda: None)
            self.assertEqual(printed, "3 delivered, 0 kept for later, 0 of these perhaps stored\n")
            self.assertEqual(kept, "")
        with ScriptedServer("silence") as server:
            printed, kept = self.shut_down(server, lambda: server.wait_for_forms(1))
            self.assertEqual(printed, "0 delivered, 3 kept for later, 3 of these perhaps stored\n")
            self.assertEqual(kept, "".join(f"my_group\tmy_stream\tevent {i}\n" for i in (1, 2, 3)))

    def test_12_counters_page(self):
        # The text exposition format of Prometheus, 0.0.4.
        sample = re.compile(
            r'^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{address="((?:[^"\\\n]|\\["\\n])*)"\})? (\S+)$'
        )
        values, types = {}, {}
        page = self.output("12_counters_page")
        self.assertTrue(page.endswith("\n"))
        for line in page.splitlines():
            if line.startswith("# TYPE "):
                name, kind = line.split()[2:]
                self.assertNotIn(name, types)
                self.assertEqual(kind == "counter", name.endswith("_total"), name)
                types[name] = kind
                continue
            name, address, value = sample.match(line).groups()
            self.assertIn(name, types, "the type comes first")
            values[name, address] = float(value)
        self.assertEqual({name for name, _ in values}, set(types))
        self.assertEqual(values["inlong_offered_total", None], 101)
        self.assertEqual(values["inlong_refused_total", None], 1)
        self.assertEqual(values["inlong_delivered_total", None], 100)
        self.assertEqual(values["inlong_pending", None], 0)
        delivered = {
            address: value
            for (name, address), value in values.items()
            if name == "inlong_endpoint_delivered_total"
        }
        self.assertEqual(
            set(delivered), {"10.0.0.1:46802", r'http://gateway:80/a\"b'}, "escaped as they must be"
        )
        self.assertEqual(sum(delivered.values()), 100)

    def test_13_gateway_answers(self):
        first, second, third = self.output("13_gateway_answers").splitlines()
        self.assertTrue(first.startswith("1 record delivered after 1 attempt"), first)
        self.assertRegex(second, r"^0 of 1 record delivered; .*HTTP status 409.* after 1 attempt")
        self.assertRegex(third, r"^0 of 1 record delivered; .*too large.* after 1 attempt")

    def test_14_without_threads(self):
        printed, stored = self.report_to_stand_in("14_without_threads")
        self.assertEqual(printed, "100 delivered, 0 failed, by 0 threads\n")
        readings = [f"temperature {20 + second % 5}" for second in range(1, 101)]
        self.assertEqual(sorted(stored.decode().splitlines()), sorted(readings))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
