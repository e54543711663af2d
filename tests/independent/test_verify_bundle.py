"""Tests of verify_bundle.py: a good bundle is accepted, and every damage that the format names is found.

python3 -m unittest test_verify_bundle.py        (in this directory)
"""

import io
import json
import unittest
import zipfile

import verify_bundle
from bundle_case import BundleCase, flipped
from keys import written_key
from notes import Policy, sha256
from small_bundle import (
    BODY,
    KEY,
    LAST,
    LEDGER,
    LISTED,
    LOG,
    NEXT,
    ORIGIN,
    OTHER,
    POLICY,
    UUID,
    VECTORS,
    WITNESS,
    WITNESSED,
    Small,
    bundle,
    changed_keys,
    root,
)


class TestBundle(BundleCase):
    def test_the_committed_vectors_are_read(self):
        previous = bytes(32)
        for position, (leaf, signature) in enumerate(zip(LISTED["leaves"], LISTED["signatures"])):
            entry = (VECTORS / f"{position}.entry").read_bytes()
            header, _ = verify_bundle.read_entry(entry)
            self.assertEqual((int(header.position), header.previous), (position, previous.hex()))
            previous = sha256(b"\x00", entry)
            self.assertEqual(previous.hex(), leaf)
            self.assertTrue(
                verify_bundle.signed(KEY.public, bytes.fromhex(signature), b"mingzhang entry v1\n" + previous)
            )
        for size in range(len(LISTED["leaves"]) + 1):
            note = (VECTORS / f"{size}.checkpoint").read_bytes()
            expected = root([bytes.fromhex(leaf) for leaf in LISTED["leaves"][:size]])
            checkpoint = verify_bundle.Checkpoint(note, Policy(POLICY))
            self.assertEqual((checkpoint.size, checkpoint.root, checkpoint.cosigned), (size, expected, set()))
            self.assertTrue(checkpoint.bears(KEY.public) and not checkpoint.bears(OTHER.public))

    def test_a_good_bundle_is_accepted_with_and_without_what_the_auditor_kept(self):
        small = Small()
        leaves = [sha256(b"\x00", entry) for entry in small.entries()]
        kept = [small.checkpoint(leaves[:size]) for size in range(9)]
        self.assert_good(bundle(small.members()))
        self.assert_good(bundle(small.members()), kept=kept, policy=WITNESSED)

    def test_any_flipped_byte_of_the_entries_is_found_at_its_position(self):
        small = Small()
        members, start = small.members(), 0
        data, rows = members["entries.bin"]
        for position, entry in enumerate(small.entries()):
            for place in range(start, start + 2 + len(entry), 11):
                members["entries.bin"] = (flipped(data, place), rows)
                self.assert_finds(f"position {position}: ", bundle(members))
            start += 2 + len(entry)

    def test_any_flipped_byte_of_another_member_is_found(self):
        members = Small().members()
        for name in members.keys() - {"entries.bin"}:
            data, rows = members[name]
            # Not held to the byte: names of accounts that are no funds, which belong to the bureau's rules, and
            # the witness's name on an older checkpoint, where it is one that the policy does not know.
            end = {"balances.csv": b"\nreceived", "checkpoints/3": WITNESS.encode()}.get(name, b"")
            for place in range(0, data.index(end) if end else len(data), 5):
                changed = members | {name: (flipped(data, place), rows)}
                self.assertEqual(self.run_on(bundle(changed), policy=WITNESSED)[0], 1, f"{name} {place}")

    def test_a_member_that_differs_from_the_manifest_is_found(self):
        good = bundle(Small().members())
        with zipfile.ZipFile(io.BytesIO(good)) as archive:
            manifest = json.loads(archive.read("manifest.json"))
        for listed in manifest["members"]:
            for field, value in (("sha256", "0" * 64), ("rows", 77), ("bytes", 77), ("name", "else")):
                changed = [other | ({field: value} if other == listed else {}) for other in manifest["members"]]
                self.assert_finds("", bundle(Small().members(), members=changed))
        for field, value in (
            ("format", 2),
            ("ledger", "cn-1"),
            ("origin", "x/" + LEDGER),
            ("size", 7),
            ("size", 9),
            ("first_key", written_key(OTHER.public)),
        ):
            self.assert_finds("bundle: ", bundle(Small().members(), **{field: value}))

    def test_what_is_no_bundle_is_refused(self):
        good = bundle(Small().members())
        for data in (b"", b"PK", good[:-1], good[: len(good) // 2], good[1000:]):
            self.assert_finds("bundle: ", data)

    def test_members_too_many_too_few_or_twice_are_found(self):
        members = Small().members()
        for name in members.keys() - {"checkpoints/3"}:
            self.assert_finds("bundle: ", bundle({other: data for other, data in members.items() if other != name}))
        self.assert_finds("bundle: ", bundle(members | {"extra": (b"", 0)}))
        file = io.BytesIO(bundle(members))
        with zipfile.ZipFile(file, "a") as archive, self.assertWarns(UserWarning):
            archive.writestr("totals.csv", members["totals.csv"][0])
        self.assert_finds("twice", file.getvalue())
        for name in ("entries.bin", "signatures.bin", "commands.bin"):
            data, rows = members[name]
            self.assert_finds("more than", bundle(members | {name: (data + bytes(64), rows)}))
            self.assertEqual(self.run_on(bundle(members | {name: (data[:-1], rows)}))[0], 1)

    def test_every_clause_of_the_header_is_held_to_the_byte(self):
        for name, values in {
            "ledger": ["cn-320405", "cn 320404", "", "x" * 129, "-cn"],
            "position": ["04", "+4", "5", " 4", "9007199254740992"],
            "previous": ["0" * 64, "A" * 64, "a" * 63],
            "recorded": [
                "2020-06-30T08:15:07Z",
                "2020-06-31T08:15:07.000004Z",
                "2020-06-30T08:15:60.000004Z",
                "2020-06-30T08:15:07.000002Z",
                "2020-06-30T24:15:07.000004Z",
                "2020-06-30 08:15:07.000004Z",
            ],
            "stream": ["payment", "payment/", "payment/a/b", "payment/ä", "payment/" + "x" * 129],
            "sequence": ["0", "2", "01", "-1"],
            "event": [
                "paymentRecorded v1",
                "PaymentRecorded",
                "PaymentRecorded v0",
                "PaymentRecorded v01",
                "LedgerOpened v1",
            ],
            "actor": ["clerk/w-017", "officer/", "officer/王"],
            "request": ["x", UUID.format(0xA).upper(), UUID.format(BODY).replace("-", ""), UUID.format(1)],
            "command": ["", "--", "0" * 64, "0" * 63],
            "signed-by": [f"sm2 {'0' * 64}", f"ed25519 {'0' * 64}", f"ed25519 {'0' * 63}"],
            "payload": ["1", "0001", "-1", "99999999999999999999"],
        }.items():
            for value in values:
                small = Small()
                small.headers[BODY][name] = value
                self.assert_finds(f"position {BODY}: ", bundle(small.members()))

    def test_header_lines_in_another_order_or_number_are_found(self):
        for change in (
            lambda header: {"position": header["position"], **header},
            lambda header: header | {"more": "x"},
            lambda header: {name: value for name, value in header.items() if name != "actor"},
        ):
            small = Small()
            small.headers[BODY] = change(small.headers[BODY])
            self.assert_finds(f"position {BODY}: ", bundle(small.members()))

    def test_a_payload_that_is_not_canonical_is_found(self):
        good = Small().payloads[BODY]
        for payload in (
            good + b" ",
            good.replace(b":", b": ", 1),
            good[:-1] + b',"payment":"x"}',
            b"[]",
            b"null",
            b"",
            b"\xff",
            good[:-1] + b',"x":1.0}',
            good[:-1] + b',"x":1e3}',
            good[:-1] + b',"x":9007199254740992}',
            good[:-1] + b',"x":-9007199254740992}',
            good[:-1] + b',"x":NaN}',
            good[:-1] + b',"x":-0}',
            good[:-1] + b',"x":01}',
            good[:-1] + b',"x":"\n"}',
            good[:-1] + b',"x":"\\ud800"}',
            good + b"{}",
            b"[" * 30000,
        ):
            small = Small()
            small.payloads[BODY] = payload
            self.assert_finds(f"position {BODY}: ", bundle(small.members()))
        small = Small()
        small.payloads[BODY] = good[:-1] + '," x y ":["一 二",-9007199254740991,null,true,"\\" , \\n"]}'.encode()
        self.assert_good(bundle(small.members()))

    def test_commands_missing_added_or_in_another_order_are_found(self):
        for commands in (
            [b"open", b"receive", b"store", b"list", b"aid"],
            [b"open", b"receive", b"store", b"list", b"aid", b"reverse", b"more"],
            [b"receive", b"open", b"store", b"list", b"aid", b"reverse"],
        ):
            small = Small()
            small.commands = commands
            self.assertEqual(self.run_on(bundle(small.members()))[0], 1, commands)

    def test_entry_zero_must_name_the_key_and_the_origin_of_the_policy(self):
        for old, new in (
            (KEY.public.hex(), "1" * 64),
            (ORIGIN, "x/" + LEDGER),
            ('"region"', '"regions"'),
            ("ed25519", "sm2"),
        ):
            small = Small()
            small.payloads[0] = small.payloads[0].replace(old.encode(), new.encode())
            self.assert_finds("position 0: LedgerOpened v1: ", bundle(small.members()))
        self.assert_finds(
            "bundle: ",
            bundle(Small().members()),
            policy=POLICY.replace(*[KEY.vkey(ORIGIN, 1)[0], OTHER.vkey(ORIGIN, 1)[0]]),
        )

    def test_rotations_and_revocations_of_keys_are_followed(self):
        def change(small):
            coming = {"key": written_key(NEXT.public), "proof": NEXT.proof()}
            small.append("KeyAnnounced v1", KEY, coming)
            small.rotate(KEY, NEXT)
            small.revoke(OTHER, NEXT, LAST)

        self.assert_good(changed_keys(change, LAST))
        self.assert_finds("not signed by the ledger's key", changed_keys(change, NEXT))
        self.assert_finds("not signed by the ledger's key", changed_keys(change, OTHER))
        self.assert_good(changed_keys(lambda small: small.rotate(KEY, NEXT), KEY))
        self.assert_good(changed_keys(lambda small: small.rotate(KEY, NEXT), NEXT))

    def test_a_change_of_keys_that_may_not_be_is_found(self):
        for change in (
            lambda small: small.rotate(NEXT, NEXT),
            lambda small: small.rotate(OTHER, NEXT),
            lambda small: small.rotate(KEY, NEXT, proof=LAST.proof()),
            lambda small: small.rotate(KEY, NEXT, proof=NEXT.proof("cn-320405")),
            lambda small: small.rotate(KEY, NEXT, more=1),
            lambda small: small.rotate(KEY, OTHER),
            lambda small: small.rotate(KEY, KEY),
            lambda small: small.revoke(KEY, KEY, NEXT),
            lambda small: small.revoke(OTHER, NEXT, LAST),
            lambda small: small.revoke(OTHER, KEY, NEXT, **{"from": 9}),
            lambda small: small.append("KeyLost v1", KEY, {}),
            lambda small: small.append("LedgerOpened v1", KEY, json.loads(small.payloads[0])),
        ):
            self.assert_finds("position 8: ", changed_keys(change, KEY))

        def in_another_stream(small):
            small.rotate(KEY, NEXT)
            small.headers[-1] |= {"stream": "x/y", "sequence": 1}

        def by_the_old_key_afterwards(small):
            small.rotate(KEY, NEXT)
            small.rotate(KEY, LAST)

        self.assert_finds("position 8: ", changed_keys(in_another_stream, KEY))
        self.assert_finds("position 9: ", changed_keys(by_the_old_key_afterwards, NEXT))

    def test_a_reversal_must_fit_the_payment_that_stands(self):
        for old, new in (
            (b'"amount_fen":267800', b'"amount_fen":267801'),
            (UUID.format(0x34).encode(), UUID.format(0x35).encode()),
            (b'"channel":"', b'"channel":"other-'),
        ):
            small = Small()
            self.assertIn(old, small.payloads[7])
            small.payloads[7] = small.payloads[7].replace(old, new)
            self.assert_finds("position 7: PaymentReversed v1: ", bundle(small.members()))

    def test_totals_and_balances_that_do_not_follow_from_the_entries_are_found(self):
        for name, change in (
            ("totals.csv", lambda small: small.totals.pop()),
            ("totals.csv", lambda small: small.totals.append(small.totals[0])),
            ("totals.csv", lambda small: small.totals.append("old-age,,320404,2020-06,1,1,1")),
            ("totals.csv", lambda small: small.totals.append("old-age,,320404,2020-06,1,1")),
            ("balances.csv", lambda small: small.balances.pop(0)),
            ("balances.csv", lambda small: small.balances.pop()),
            ("balances.csv", lambda small: small.balances.append("fund/x,CNY,+1")),
        ):
            small = Small()
            change(small)
            self.assert_finds(f"{name}: ", bundle(small.members()))

    def test_checkpoints_of_another_history_size_origin_or_key_are_found(self):
        small = Small()
        members = small.members()
        leaves = [sha256(b"\x00", entry) for entry in small.entries()]
        other = leaves[:2] + [sha256(b"another history")]
        for note in (
            small.checkpoint(other),
            small.checkpoint(leaves + other),
            small.checkpoint(leaves[:4], OTHER),
            b"",
            members["checkpoints/3"][0].replace(b"\n3\n", b"\n03\n"),
            members["checkpoints/3"][0][:-1],
            members["checkpoints/3"][0].replace(b"320404\n", b"320405\n"),
        ):
            self.assert_finds("your ", bundle(members), kept=[note])
            self.assertEqual(self.run_on(bundle(members | {"checkpoints/3": (note, 1)}))[0], 1)

    def test_a_quorum_that_is_not_met_is_found(self):
        small = Small()
        small.witnessed = False
        self.assert_finds("cosignatures", bundle(small.members()), policy=WITNESSED)
        self.assert_good(bundle(small.members()))

    def test_a_policy_that_breaks_its_rules_is_refused(self):
        log, witness = LOG, WITNESSED.split("\n")[1]
        Policy(f"# a comment\n\t{log}  https://log.example \n\n{witness}\ngroup g any w\nquorum g\n")
        for text in (
            "",
            log,
            "quorum none",
            f"{log}\n{log}\nquorum none",
            f"{log}\nquorum w",
            f"{log}\nquorum none\nquorum none",
            f"{log}\n{witness}\n{witness}\nquorum w",
            f"{log}\ngroup g any w\nquorum g",
            f"{log}\nmore\nquorum none",
            f"{log}\n{witness}\ngroup g 2 w\nquorum g",
            f"{log}\n{witness}\ngroup g 1 w\ngroup h 1 w\nquorum g",
            f"{log}\n{witness}\ngroup g 0 w\nquorum g",
            f"{log[:-2]}\nquorum none",
            f"{log}\r\nquorum none",
            f"{log.replace('+', '+0', 1)}\nquorum none",
        ):
            with self.assertRaises(ValueError, msg=text):
                Policy(text)


if __name__ == "__main__":
    unittest.main()
