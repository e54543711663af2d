"""A small bundle for the tests of verify_bundle.py, with the test keys of `ledger/tests/vectors` and payloads of
`domain/tests/fixtures/events`. The keys are TEST KEYS; nothing real was ever signed with them.
"""

import base64
import hashlib
import io
import json
import pathlib
import struct
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from commands import TYPE
from keys import written_key
from notes import sha256

HERE = pathlib.Path(__file__).resolve().parent
VECTORS = HERE.parent.parent / "ledger/tests/vectors"
FIXTURES = HERE.parent.parent / "domain/tests/fixtures/events"
LISTED = json.loads((VECTORS / "vectors.json").read_text())
ORIGIN, LEDGER = LISTED["origin"], "cn-320404"
UUID = "0190f3c2-7c1e-7d3a-9d55-{:012x}"
BODY = 4  # Position of the first payment in the small ledger.


class TestKey:
    def __init__(self, seed):
        self.private = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    def proof(self, ledger=LEDGER):
        """That the holder of this key has it, for this ledger."""
        return self.private.sign(f"mingzhang key v1\n{ledger}\n".encode() + self.public).hex()

    def enrolment(self, officer, ledger=LEDGER):
        message = f"mingzhang officer key v1\n{ledger}\n{officer}\n".encode() + self.public
        return {"officer": officer, "key": written_key(self.public), "proof": self.private.sign(message).hex()}

    def vkey(self, name, kind):
        typed = bytes([kind]) + self.public
        key_id = sha256(name.encode(), b"\n", typed)[:4]
        return f"{name}+{key_id.hex()}+{base64.b64encode(typed).decode()}", key_id


KEY = TestKey(bytes.fromhex(LISTED["test_keys"]["ledger"]))
OTHER = TestKey(bytes.fromhex(LISTED["test_keys"]["recovery"]))
NEXT, LAST = TestKey(bytes([3]) * 32), TestKey(bytes([4]) * 32)
OFFICER, STRANGER = TestKey(bytes([21]) * 32), TestKey(bytes([22]) * 32)
WITNESS = "witness.example/w"
LOG = f"log {KEY.vkey(ORIGIN, 1)[0]}"
POLICY = f"{LOG}\nquorum none\n"
WITNESSED = f"{LOG}\nwitness w {OTHER.vkey(WITNESS, 4)[0]}\ngroup g all w\nquorum g\n"


def fixture(name, **changed):
    return json.loads((FIXTURES / f"{name}.json").read_text()) | changed


def envelope(statement, key=OFFICER, signature=None):
    """A signed command. The statement is a dictionary, or the bytes themselves."""
    if isinstance(statement, dict):
        statement = json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()
    message = b"DSSEv1 %d %b %d %b" % (len(TYPE), TYPE, len(statement), statement)
    signature = signature or key.private.sign(message)
    encoded = lambda data: base64.b64encode(data).decode()
    return (
        f'{{"payloadType":"{TYPE.decode()}","payload":"{encoded(statement)}",'
        f'"signatures":[{{"keyid":"{sha256(key.public).hex()}","sig":"{encoded(signature)}"}}]}}'
    ).encode()


def changed_keys(change, latest):
    """A bundle to which entries about keys were added, with a checkpoint by the key that is in force then."""
    small = Small()
    change(small)
    small.witnessed = False
    members = small.members()
    leaves = [sha256(b"\x00", entry) for entry in small.entries()]
    members[f"checkpoints/{len(leaves)}"] = (small.checkpoint(leaves, latest), 1)
    return bundle(members, size=len(leaves))


class Small:
    """A small ledger and its bundle. Tests change an entry before it is chained, or a member afterwards."""

    def __init__(self):
        key = lambda test_key: written_key(test_key.public)
        one_off, fund = fixture("PaymentRecorded.v1.one_off"), fixture("FundOpened.v1")["fund"]
        goods = fixture("PaymentRecorded.v1.goods", payment=UUID.format(0x33))
        aid = fixture("PaymentRecorded.v1.temporary_aid_least", payment=UUID.format(0x34))
        reversed_ = fixture("PaymentReversed.v1", payment=aid["payment"], original=aid)
        events = [
            (
                "ledger/" + LEDGER,
                "LedgerOpened v1",
                "system/opening",
                None,
                {
                    "bureau": "常州市钟楼区民政局",
                    "region": "320404",
                    "origin": ORIGIN,
                    "key": key(KEY),
                    "recovery_key": key(OTHER),
                },
            ),
            ("fund/" + fund, "FundOpened v1", "officer/w-017", b"open", fixture("FundOpened.v1")),
            ("fund/" + fund, "FundsReceived v1", "officer/w-017", b"receive", fixture("FundsReceived.v1")),
            ("store/s", "StoreOpened v1", "officer/w-017", b"store", fixture("StoreOpened.v1")),
            ("payment/" + one_off["payment"], "PaymentRecorded v1", "officer/w-017", b"list", one_off),
            ("payment/" + goods["payment"], "PaymentRecorded v1", "officer/w-017", b"list", goods),
            ("payment/" + aid["payment"], "PaymentRecorded v1", "officer/w-018", b"aid", aid),
            ("payment/" + aid["payment"], "PaymentReversed v1", "officer/w-018", b"reverse", reversed_),
        ]
        self.headers, self.payloads, self.commands, sequences = [], [], [], {}
        for position, (stream, event, actor, command, payload) in enumerate(events):
            sequences[stream] = sequences.get(stream, 0) + 1
            if command and command not in self.commands:
                self.commands.append(command)
            request = UUID.format(BODY if command == b"list" else position)
            self.payloads.append(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())
            self.headers.append(
                {
                    "ledger": LEDGER,
                    "position": position,
                    "previous": None,
                    "recorded": f"2020-06-30T08:15:07.{position:06}Z",
                    "stream": stream,
                    "sequence": sequences[stream],
                    "event": event,
                    "actor": actor,
                    "request": request,
                    "command": hashlib.sha256(command).hexdigest() if command else "-",
                    "signed-by": f"ed25519 {sha256(KEY.public).hex()}",
                    "payload": None,
                }
            )
        self.balances = [
            f"fund/{fund},CNY,{100000000 - 200000}",
            "received,CNY,-100000000",
            "programme/charity-six-aids,CNY,200000",
        ]
        self.totals = [
            f"charity-six-aids,{fund},320404001,2020-06,200000,1,2",
            "charity-supermarket,,320404001,2020-06,15000,1,2",
        ]
        self.witnessed, self.signers = True, [KEY] * len(events)

    def append(self, event, signer, payload):
        """One more entry of the ledger's own stream, which is about keys."""
        position, sequence = len(self.headers), sum(header["stream"] == "ledger/" + LEDGER for header in self.headers)
        changed = {
            "position": position,
            "recorded": f"2020-06-30T08:15:07.{position:06}Z",
            "sequence": sequence + 1,
            "event": event,
            "request": UUID.format(position),
            "signed-by": f"ed25519 {sha256(signer.public).hex()}",
        }
        self.headers.append(self.headers[0] | changed)
        self.payloads.append(json.dumps(payload, separators=(",", ":")).encode())
        self.signers.append(signer)

    def rotate(self, old, new, **changed):
        self.append("KeyRotated v1", old, {"key": written_key(new.public), "proof": new.proof()} | changed)

    def revoke(self, signer, stolen, new, **changed):
        payload = {"key": sha256(stolen.public).hex(), "from": len(self.headers) - 1}
        payload |= {"replacement": written_key(new.public), "proof": new.proof()}
        self.append("KeyRevoked v1", signer, payload | changed)

    def enrol(self, key=OFFICER, officer="w-017", **changed):
        self.append("OfficerKeyEnrolled v1", KEY, key.enrolment(officer) | changed)

    def withdraw(self, key=OFFICER, officer="w-017"):
        payload = {"officer": officer, "key": sha256(key.public).hex()}
        self.append("OfficerKeyWithdrawn v1", KEY, payload)

    def require_signed(self, required=True):
        self.append("SignedCommandsRequired v1", KEY, {"required": required})

    def statement(self, **changed):
        """What an officer signs for the next entry, having seen a checkpoint over the first three."""
        leaves = [sha256(b"\x00", entry) for entry in self.entries()]
        return {
            "ledger": LEDGER,
            "officer": "w-017",
            "request": UUID.format(len(self.headers)),
            "issued": "2020-06-30T08:15:00.000000Z",
            "expires": "2020-06-30T08:20:00.000000Z",
            "nonce": "07" * 16,
            "checkpoint": {"origin": ORIGIN, "size": 3, "root": root(leaves[:3]).hex()},
            "command": {"OpenStore": {"name": "超市 一"}},
        } | changed

    def open_store(self, command, **changed):
        """One more entry by an officer, under the command's bytes, if any."""
        position = len(self.headers)
        if command and command not in self.commands:
            self.commands.append(command)
        self.append("StoreOpened v1", KEY, fixture("StoreOpened.v1"))
        self.headers[-1] |= {
            "stream": f"store/{position}",
            "sequence": 1,
            "actor": "officer/w-017",
            "command": hashlib.sha256(command).hexdigest() if command else "-",
        } | changed

    def entries(self):
        previous, made = bytes(32), []
        for header, payload in zip(self.headers, self.payloads):
            fields = {"previous": previous.hex(), "payload": len(payload)}
            lines = [f"{name}: {fields.get(name) if value is None else value}" for name, value in header.items()]
            made.append(("mingzhang entry v1\n" + "\n".join(lines) + "\n\n").encode() + payload)
            previous = sha256(b"\x00", made[-1])
        return made

    def checkpoint(self, leaves, key=KEY):
        body = f"{ORIGIN}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n".encode()
        line = base64.b64encode(key.vkey(ORIGIN, 1)[1] + key.private.sign(body)).decode()
        note = body + f"\n— {ORIGIN} {line}\n".encode()
        if self.witnessed:
            signature = struct.pack(">Q", 7) + OTHER.private.sign(b"cosignature/v1\ntime 7\n" + body)
            line = base64.b64encode(OTHER.vkey(WITNESS, 4)[1] + signature).decode()
            note += f"— {WITNESS} {line}\n".encode()
        return note

    def members(self):
        """Name → bytes and rows, everything signed as it stands."""
        entries = self.entries()
        leaves = [sha256(b"\x00", entry) for entry in entries]
        table = lambda header, rows: ("\n".join([header, *rows]) + "\n").encode()
        members = {
            "entries.bin": (b"".join(struct.pack(">H", len(entry)) + entry for entry in entries), len(entries)),
            "signatures.bin": (
                b"".join(key.private.sign(b"mingzhang entry v1\n" + leaf) for key, leaf in zip(self.signers, leaves)),
                len(leaves),
            ),
            "commands.bin": (
                b"".join(struct.pack(">I", len(command)) + command for command in self.commands),
                len(self.commands),
            ),
            "balances.csv": (table("account,unit,balance", self.balances), len(self.balances)),
            "totals.csv": (
                table("programme,fund,region,month,amount_fen,payments,person_times", self.totals),
                len(self.totals),
            ),
        }
        for size in (3, len(leaves)):
            members[f"checkpoints/{size}"] = (self.checkpoint(leaves[:size]), 1)
        return members


def root(leaves):
    """The definition of RFC 6962 section 2.1, word for word."""
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01", root(leaves[:k]), root(leaves[k:]))


def bundle(content, **changed):
    """The archive. Its manifest fits the members, so that only the change itself can be found."""
    listed = [
        {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data), "rows": rows}
        for name, (data, rows) in content.items()
    ]
    manifest = {
        "format": 1,
        "ledger": LEDGER,
        "origin": ORIGIN,
        "size": 8,
        "first_key": written_key(KEY.public),
        "program": "0",
        "members": listed,
    } | changed
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
        for name, (data, _) in content.items():
            archive.writestr(name, data)
    return file.getvalue()
