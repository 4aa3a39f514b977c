#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every numbered example and looks at what it prints.

examples_test.py STAND_IN EXAMPLE...
"""

import os
import sys
import tempfile
import unittest
from pathlib import Path

from programs import StandIn, run

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
        first, known, second = self.output("02_many_records").splitlines()
        self.assertRegex(first, r"^\d+ of 1000 records delivered; then: the connection was lost")
        self.assertRegex(first, r"whether the next \d+ records were stored is not known")
        self.assertEqual(known, "some of them may arrive twice")
        delivered = int(first.split()[0])
        self.assertGreater(delivered, 0)
        self.assertTrue(second.startswith(f"{1000 - delivered} records delivered"), second)

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
            "inlong: no connection",
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
        self.assertEqual([line.split(":")[0] for line in printed], ["ok"] * 6)

    def test_08_data_time(self):
        self.assertEqual(self.output("08_data_time"), "dt=1700000000000&cnt=2\n")

    def test_09_addresses(self):
        printed = self.output("09_addresses").splitlines()
        self.assertEqual(len(printed), 6)
        self.assertEqual(printed[0], "10.0.0.1 port 46802, path /dataproxy/message")
        self.assertEqual(printed[2], "2001:db8::1 port 46802, path /dataproxy/message")
        self.assertEqual(printed[5], "gateway port 80, path /inlong/dataproxy/message")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
