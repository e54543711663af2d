"""What the tests of verify_bundle.py share: running it, and what it must say."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest
from unittest import mock

import verify_bundle
from small_bundle import POLICY


def flipped(data, place):
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


class BundleCase(unittest.TestCase):
    """Runs verify_bundle.py on a bundle."""

    def run_on(self, data, policy=POLICY, kept=()):
        """Exit status and what was printed."""
        with tempfile.TemporaryDirectory() as directory:
            write = lambda name, content: (pathlib.Path(directory, name).write_bytes(content), f"{directory}/{name}")[1]
            arguments = ["verify", write("bundle.zip", data), "--policy", write("policy", policy.encode())]
            for number, note in enumerate(kept):
                arguments += ["--checkpoint", write(f"kept-{number}", note)]
            said = io.StringIO()
            with mock.patch.object(sys, "argv", arguments), contextlib.redirect_stdout(said):
                with self.assertRaises(SystemExit) as ended:
                    verify_bundle.main()
        return ended.exception.code, said.getvalue()

    def assert_good(self, data, **given):
        status, said = self.run_on(data, **given)
        self.assertEqual(status, 0, said)

    def assert_finds(self, wanted, data, **given):
        status, said = self.run_on(data, **given)
        self.assertEqual(status, 1, said)
        self.assertIn(wanted, said)
