"""Tests of verify_bundle.py on keys that officers hold and commands that they signed.

python3 -m unittest test_commands.py        (in this directory)
"""

import json
import unittest

from bundle_case import BundleCase, flipped
from commands import SignedCommand
from notes import sha256, signed
from small_bundle import (
    KEY,
    LEDGER,
    OFFICER,
    ORIGIN,
    OTHER,
    STRANGER,
    UUID,
    VECTORS,
    Small,
    changed_keys,
    envelope,
    root,
)

OFFICERS = VECTORS.parent / "fixtures/officers"


class TestCommands(BundleCase):
    def test_the_committed_signed_command_is_read(self):
        command = SignedCommand((OFFICERS / "signed-command.json").read_bytes())
        self.assertTrue(signed(OFFICER.public, command.signature, command.message))
        self.assertEqual((command.officer, command.key), ("w-017", sha256(OFFICER.public).hex()))
        self.assertIn((OFFICERS / "statement.json").read_bytes(), command.message)
        enrolled = json.loads((OFFICERS / "OfficerKeyEnrolled.v1.json").read_bytes())
        self.assertEqual(enrolled, OFFICER.enrolment("w-017"))

    def test_keys_of_officers_are_enrolled_and_withdrawn(self):
        def change(small):
            small.enrol()
            small.enrol(STRANGER, "w-018")
            small.withdraw()
            small.require_signed()
            small.require_signed(False)

        self.assert_good(changed_keys(change, KEY))

    def test_an_enrolment_withdrawal_or_setting_that_may_not_be_is_found(self):
        for change in (
            lambda small: small.enrol(officer="w 017"),
            lambda small: small.enrol(officer=""),
            lambda small: small.enrol(officer="w-018", proof=OFFICER.enrolment("w-017")["proof"]),
            lambda small: small.enrol(proof=OFFICER.enrolment("w-017", "cn-320405")["proof"]),
            lambda small: small.enrol(proof=OFFICER.proof()),
            lambda small: small.enrol(proof=STRANGER.enrolment("w-017")["proof"]),
            lambda small: small.enrol(more=1),
            lambda small: small.enrol(KEY),
            lambda small: small.enrol(OTHER),
            lambda small: small.append("OfficerKeyEnrolled v2", KEY, OFFICER.enrolment("w-017")),
            lambda small: small.append("OfficerKeyEnrolled v1", OTHER, OFFICER.enrolment("w-017")),
            lambda small: small.withdraw(),
            lambda small: small.require_signed(False),
            lambda small: small.require_signed(1),
            lambda small: small.append("SignedCommandsRequired v2", KEY, {"required": True}),
        ):
            self.assert_finds("position 8: ", changed_keys(change, KEY))
        for change in (
            lambda small: small.enrol(),
            lambda small: small.enrol(officer="w-018"),
            lambda small: small.withdraw(STRANGER),
            lambda small: small.withdraw(officer="w-018"),
            lambda small: small.rotate(KEY, OFFICER),
            lambda small: small.revoke(OTHER, KEY, OFFICER),
        ):
            self.assert_finds("position 9: ", changed_keys(lambda small: (small.enrol(), change(small)), KEY))
        for change in (lambda small: small.enrol(), lambda small: small.withdraw()):
            ended = lambda small: (small.enrol(), small.withdraw(), change(small))
            self.assert_finds("position 10: ", changed_keys(ended, KEY))
        self.assert_finds(
            "position 9: ", changed_keys(lambda small: (small.require_signed(), small.require_signed()), KEY)
        )

    def test_commands_that_officers_signed_are_accepted(self):
        def change(small):
            small.enrol()
            small.open_store(None)
            small.require_signed()
            request = small.statement()["request"]
            command = envelope(small.statement())
            for _ in range(2):
                small.open_store(command, request=request)
            leaves = [sha256(b"\x00", entry) for entry in small.entries()]
            for size in range(1, len(leaves) + 1):
                checkpoint = {"origin": ORIGIN, "size": size, "root": root(leaves[:size]).hex()}
                small.open_store(envelope(small.statement(checkpoint=checkpoint)))
            small.require_signed(False)
            small.open_store(b'{"nonce":"00","command":{}}')

        status, said = self.run_on(changed_keys(change, KEY))
        self.assertEqual(status, 0, said)
        self.assertIn("14 commands were signed by officers (not checked", said)

    def test_the_times_of_a_signed_command_are_held_to_the_microsecond(self):
        recorded = "2020-06-30T08:15:07.000009Z"
        for issued, expires, good in (
            ("2020-06-30T08:20:07.000009Z", "2020-06-30T09:00:00.000000Z", True),
            ("2020-06-30T08:20:07.000010Z", "2020-06-30T09:00:00.000000Z", False),
            ("2020-06-30T08:00:00.000000Z", recorded, True),
            ("2020-06-30T08:00:00.000000Z", "2020-06-30T08:15:07.000008Z", False),
            ("2020-06-30T08:00:00.000000Z", "2020-07-01T08:00:00.000000Z", True),
            ("2020-06-30T08:00:00.000000Z", "2020-07-01T08:00:00.000001Z", False),
            (recorded, recorded, False),
        ):

            def change(small):
                small.enrol()
                small.open_store(envelope(small.statement(issued=issued, expires=expires)), recorded=recorded)

            status, said = self.run_on(changed_keys(change, KEY))
            self.assertEqual(status, 0 if good else 1, f"{issued} {expires} {said}")

    def test_a_signed_command_that_is_not_good_where_it_is_named_is_found(self):
        good = Small().statement()["checkpoint"]
        request = UUID.format(9)
        for statement in (
            {"ledger": "cn-320405"},
            {"officer": "w-018"},
            {"request": UUID.format(10)},
            {"checkpoint": good | {"origin": "x/" + LEDGER}},
            {"checkpoint": good | {"size": 0, "root": root([]).hex()}},
            {"checkpoint": good | {"size": 4}},
            {"checkpoint": good | {"size": 10}},
            {"checkpoint": good | {"root": "0" * 64}},
            {"checkpoint": good | {"more": 1}},
            {"nonce": "07" * 15},
            {"issued": "2020-06-30T08:15:00Z"},
            {"issued": "2020-06-31T08:15:00.000000Z"},
            {"command": None},
            {"more": 1},
        ):

            def change(small):
                small.enrol()
                small.open_store(envelope(small.statement(**statement)))

            self.assert_finds("position 9: StoreOpened v1: ", changed_keys(change, KEY))
        for spoiled in (
            lambda small: envelope(small.statement(), STRANGER),
            lambda small: envelope(small.statement(), signature=STRANGER.private.sign(b"x")),
            lambda small: envelope(small.statement(), signature=b"x"),
            lambda small: envelope(json.dumps(small.statement()).encode()),
            lambda small: envelope(b"{}"),
            lambda small: envelope(small.statement()).replace(b",", b", "),
            lambda small: envelope(small.statement()) + b"\n",
            lambda small: envelope(small.statement()).replace(b"command.v1", b"command.v2"),
            lambda small: envelope(small.statement()).replace(b"=", b""),
            lambda small: envelope(small.statement(command={"OpenStore": {"name": "x" * 2**24}})),
        ):

            def change(small):
                small.enrol()
                small.open_store(spoiled(small))

            self.assert_finds("position 9: StoreOpened v1: ", changed_keys(change, KEY))
        # What the tree of 9 entries would give for a 10th that is not there yet.
        ahead = lambda leaves: {"origin": ORIGIN, "size": 10, "root": sha256(b"\x01", root(leaves[:8])).hex()}

        def change(small):
            small.enrol()
            leaves = [sha256(b"\x00", entry) for entry in small.entries()]
            small.open_store(envelope(small.statement(checkpoint=ahead(leaves))))

        self.assert_finds("position 9: StoreOpened v1: its checkpoint is of size 10", changed_keys(change, KEY))
        for header in ({"actor": "officer/w-018"}, {"actor": "system/w-017"}, {"request": UUID.format(77)}):

            def change(small):
                small.enrol()
                small.open_store(envelope(small.statement(request=request)), **header)

            self.assert_finds("position 9: StoreOpened v1: ", changed_keys(change, KEY))

    def test_a_key_signs_commands_from_its_enrolment_up_to_its_withdrawal(self):
        def before(small):
            small.open_store(envelope(small.statement()))
            small.enrol()

        def afterwards(small):
            small.enrol()
            small.withdraw()
            small.open_store(envelope(small.statement()))

        self.assert_finds("position 8: StoreOpened v1: ", changed_keys(before, KEY))
        self.assert_finds("position 10: StoreOpened v1: ", changed_keys(afterwards, KEY))

    def test_an_unsigned_command_where_commands_must_be_signed_is_found(self):
        for command in (None, b'{"nonce":"00","command":{}}', b" " + envelope(Small().statement())):
            for actor in ("officer/w-017", "system/opening"):

                def change(small):
                    small.require_signed()
                    small.open_store(command, actor=actor)

                self.assert_finds("position 9: StoreOpened v1: commands must be signed", changed_keys(change, KEY))

    def test_a_signed_command_that_is_carried_out_again_is_found(self):
        def change(small):
            small.enrol()
            command, request = envelope(small.statement()), small.statement()["request"]
            small.open_store(command)
            small.open_store(None)
            small.open_store(command, request=request)

        self.assert_finds("a signed command was carried out before", changed_keys(change, KEY))

    def test_any_flipped_bit_of_a_signed_command_is_found(self):
        small = Small()
        small.enrol()
        good = envelope(small.statement())
        for place in range(len(good)):

            def change(small):
                small.enrol()
                small.open_store(flipped(good, place))

            if flipped(good, place).startswith(b'{"payloadType":'):
                self.assert_finds("position 9: StoreOpened v1: ", changed_keys(change, KEY))


if __name__ == "__main__":
    unittest.main()
