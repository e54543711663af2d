"""Checks an audit bundle of Mingzhang (明账) with software that is not Mingzhang's.

    verify_bundle.py BUNDLE --policy POLICY [--checkpoint NOTE]...

Written from the format's specification (entry, keys, checkpoint, audit bundle) and the C2SP documents that
it follows, not from the program's sources. It needs Python 3.11, the package `cryptography` and the
files beside it: `notes.py` (signed notes and policies), `keys.py`, `commands.py` (signed by officers) and
`money.py` (totals). No network, no database.

It prints what it found, one finding a line (`position N: ...`), then what it covered and a verdict.
It ends with 0 when everything that it checks holds, with 1 when anything does not, whatever it is, and
with 2 when it was called wrongly.

What it checks: the archive against its manifest; the grammar, position, chain, clock, stream sequence,
request, signature and command of every entry; the tree's root at every checkpoint in the bundle and at
every one that you kept; the signatures and the quorum on checkpoints; commands that officers signed: key,
signature, ledger, officer, request, times and checkpoint, and that they are signed where they must be; the
totals of payments, the money of funds and that all accounts together give zero.

What it does not check, because these are the bureau's rules and not the format's: claims (nobody is paid
twice for a month), guards, standards, grants, earmarks and stock; balances of accounts other than funds;
that the entries of a signed command are what it asks for. The program's own `verify --bundle` checks those.
Neither can prove that everything was recorded, or that what was recorded is true.
"""

import argparse
import collections
import csv
import datetime
import hashlib
import json
import pathlib
import re
import struct
import sys
import zipfile
import zlib

from commands import BEGINNING, TIME, SignedCommand
from keys import Keys, written_key
from money import Money
from notes import IDENTIFIER, NUMBER, Checkpoint, Policy, require, sha256, signed

LIMIT = 2**53  # Whole numbers stay below it, so that every JSON reader agrees on them.
SHOWN = 100  # So many findings are printed; all are counted.
DAMAGE = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    OSError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    csv.Error,
)


class Findings:
    """What does not hold. A finding about one entry names its position."""

    def __init__(self):
        self.count = 0

    def add(self, place, problem):
        self.count += 1
        if isinstance(problem, KeyError):
            problem = f"there is no {problem}"
        if self.count <= SHOWN:
            print(f"position {place}: {problem}" if isinstance(place, int) else f"{place}: {problem}")


# --- Section "Entry" ------------------------------------------------------------------------------------

HASH, UUID = r"[0-9a-f]{64}", r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
FIELDS = [
    ("ledger", IDENTIFIER),
    ("position", NUMBER),
    ("previous", HASH),
    ("recorded", TIME),
    ("stream", f"{IDENTIFIER}/{IDENTIFIER}"),
    ("sequence", NUMBER),
    ("event", r"[A-Z][A-Za-z0-9]* v[1-9][0-9]*"),
    ("actor", f"(?:officer|system)/{IDENTIFIER}"),
    ("request", UUID),
    ("command", f"{HASH}|-"),
    ("signed-by", f"ed25519 {HASH}"),
    ("payload", NUMBER),
]
Header = collections.namedtuple("Header", [name.replace("-", "_") for name, _ in FIELDS])
ENTRY = re.compile(("mingzhang entry v1\n" + "".join(f"{name}: ({form})\n" for name, form in FIELDS) + "\n").encode())
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def whole_number(text):
    require(text != "-0" and abs(int(text)) < LIMIT, f"the number {text} in the payload")
    return int(text)


def refuse_number(text):
    raise ValueError(f"the number {text} in the payload")


def object_without_repetition(pairs):
    require(len(dict(pairs)) == len(pairs), "a key twice in the payload")
    return dict(pairs)


def read_payload(data):
    """Section "Entry": one JSON object, no insignificant white space, no key twice, whole numbers below 2^53."""
    text = data.decode()
    payload = json.loads(
        text,
        parse_int=whole_number,
        parse_float=refuse_number,
        parse_constant=refuse_number,
        object_pairs_hook=object_without_repetition,
    )
    require(isinstance(payload, dict), "the payload is no JSON object")
    require(not re.search(r"\s", STRING.sub("", text)), "white space in the payload")
    json.dumps(payload, ensure_ascii=False).encode()  # Refuses half characters (lone surrogates).
    return payload


def read_entry(data):
    """Section "Entry": the header to the byte, then a payload of exactly the length that it says."""
    match = ENTRY.match(data)
    require(match, "the header is not that of an entry")
    header = Header(*(field.decode() for field in match.groups()))
    datetime.datetime.fromisoformat(header.recorded)  # Refuses days and times that do not exist.
    require(int(header.position) < LIMIT and 0 < int(header.sequence) < LIMIT, "position or sequence")
    require(len(data) - match.end() == int(header.payload), f"the payload has not {header.payload} bytes")
    return header, read_payload(data[match.end() :])


# --- Section "Hashes and signature" ---------------------------------------------------------------------


class Tree:
    """The RFC 6962 tree, kept as the roots of all its complete subtrees, level by level: a signed command may name
    any size that stood before it."""

    def __init__(self):
        self.size, self.levels = 0, [bytearray()]

    def append(self, leaf):
        size, self.size = self.size, self.size + 1
        for level in self.levels:
            level += leaf
            if not size & 1:
                return
            leaf, size = sha256(b"\x01", level[-64:]), size >> 1
        self.levels.append(bytearray(leaf))

    def root(self, size):
        """The root over the first entries, as many as `size`."""
        complete = ((level, (size >> height) - 1) for height, level in enumerate(self.levels) if size >> height & 1)
        root, *larger = [bytes(level[32 * index : 32 * index + 32]) for level, index in complete] or [sha256()]
        for subtree in larger:
            root = sha256(b"\x01", subtree, root)
        return root


# --- Section "Audit bundle": the archive and its members -------------------------------------------------


class Member:
    """A member read from its beginning to its end; its digest and length are compared at the end."""

    def __init__(self, archive, listed):
        self.name, self.listed, self.digest = listed["name"], listed, hashlib.sha256()
        require(archive.getinfo(self.name).file_size == listed["bytes"], f"{self.name} has another length")
        self.file = archive.open(self.name)

    def take(self, count):
        data = self.file.read(count)
        self.digest.update(data)
        if len(data) < count:
            raise EOFError(f"{self.name} ends too early")
        return data

    def take_sized(self, length):
        """The next item of a member whose items have their length before them."""
        return self.take(*struct.unpack(length, self.take(struct.calcsize(length))))

    def take_all(self):
        return self.take(self.listed["bytes"])

    def close(self, rows, findings):
        """Nothing may be left, and the digest and the number of rows must be the manifest's."""
        if self.file.read(1):
            findings.add(self.name, "has more than what belongs to the entries")
        elif self.digest.hexdigest() != self.listed["sha256"]:
            findings.add(self.name, "its SHA-256 is not that of the manifest")
        if rows != self.listed["rows"]:
            findings.add(self.name, f"has {rows} rows, the manifest says {self.listed['rows']}")


FIXED_MEMBERS = {"entries.bin", "signatures.bin", "commands.bin", "balances.csv", "totals.csv"}


def read_manifest(archive, policy):
    """Which members there are, once each, and that the bundle is of the policy's log."""
    names = archive.namelist()
    require(archive.getinfo("manifest.json").file_size < 2**24, "the manifest is too long")
    manifest = json.loads(archive.read("manifest.json"), object_pairs_hook=object_without_repetition)
    listed = [member["name"] for member in manifest["members"]]
    require(manifest["format"] == 1, f"the bundle has format {manifest['format']}")
    require(len(set(names)) == len(names), "a member is twice in the archive")
    require(sorted(names) == sorted(listed + ["manifest.json"]), "other members than the manifest lists")
    checkpoints = {name for name in names if re.fullmatch(f"checkpoints/({NUMBER})", name)}
    require(set(listed) == FIXED_MEMBERS | checkpoints, "a member is missing or unknown")
    require(f"checkpoints/{manifest['size']}" in checkpoints, "no checkpoint at the bundle's size")
    require(manifest["origin"] == policy.origin, f"the bundle is of {manifest['origin']}, not of the policy's log")
    require(policy.origin.endswith("/" + manifest["ledger"]), "the origin does not end in the ledger's id")
    require(manifest["first_key"] == written_key(policy.public), "the first key is not the policy's")
    return manifest, {member["name"]: Member(archive, member) for member in manifest["members"]}


# --- The whole ------------------------------------------------------------------------------------------


class Verifier:
    """Goes over the entries once, in order of position."""

    def __init__(self, policy, ledger, findings):
        self.ledger, self.findings = ledger, findings
        self.tree, self.money, self.keys, self.previous = Tree(), Money(), Keys(policy, ledger), bytes(32)
        self.recorded, self.request, self.requests, self.streams, self.commands = "", None, set(), {}, {}
        self.origin, self.named, self.signed = policy.origin, None, None

    def entry(self, data, signature, commands):
        """Checks the entry at the next position; each rule that it breaks is a finding of its own."""
        position, leaf, event = self.tree.size, sha256(b"\x00", data), ""
        try:
            header, payload = read_entry(data)
            event = header.event
        except DAMAGE as problem:
            self.findings.add(position, problem)
        signer = self.keys.signer(event)
        if not signed(signer, signature, b"mingzhang entry v1\n" + leaf):
            self.findings.add(position, f"the signature is not one of the key {sha256(signer).hex()} over this entry")
        if event:
            for rule, *parts in (
                (self.place, header),
                (self.chain, header),
                (self.clock, header),
                (self.signed_by, header, signer),
                (self.stream, header),
                (self.submission, header),
                (self.command, header, commands),
                (self.keys.take, header, payload),
                (self.money.take, event, payload),
            ):
                try:
                    rule(*parts)
                except DAMAGE as problem:
                    self.findings.add(position, f"{event}: {problem}")
        self.previous = leaf
        self.tree.append(leaf)

    def place(self, header):
        """Section "Entry": the ledger's id, and positions from 0 without gaps."""
        require(header.ledger == self.ledger, f"the entry is of ledger {header.ledger}")
        require(int(header.position) == self.tree.size, f"the entry says position {header.position}")

    def chain(self, header):
        """Section "Entry": previous is the leaf hash of the entry before."""
        require(header.previous == self.previous.hex(), "previous is not the leaf hash of the entry before")

    def clock(self, header):
        """Section "Entry": recorded never goes back."""
        before, self.recorded = self.recorded, max(self.recorded, header.recorded)
        require(header.recorded >= before, f"recorded goes back from {before} to {header.recorded}")

    def signed_by(self, header, signer):
        """Section "Entry": the entry names the key that signs it."""
        require(header.signed_by == f"ed25519 {sha256(signer).hex()}", "signed-by names another key")

    def stream(self, header):
        """Section "Entry": sequences count from 1 without gaps in each stream."""
        expected = self.streams.get(header.stream, 0) + 1
        self.streams[header.stream] = int(header.sequence)
        require(int(header.sequence) == expected, f"sequence {header.sequence} of {header.stream}, not {expected}")

    def submission(self, header):
        """Section "Entry": a request is one submission, and a submission is recorded whole, so it stands together."""
        if header.request != self.request:
            self.request = header.request
            require(header.request not in self.requests, f"the request {header.request} was used before")
            self.requests.add(header.request)

    def command(self, header, commands):
        """Section "Audit bundle": each command that is named is kept once, in order of first use. Section "Signed
        commands": a signed one is good where it is named, is named by entries that stand together, and there is
        one wherever officers must sign."""
        before, self.named = self.named, header.command
        if self.named != before:
            self.signed = None
        if header.command != "-" and header.command not in self.commands:
            kept = commands.take_sized(">I")
            self.commands[header.command] = kept.startswith(BEGINNING)
            found = sha256(kept).hex()
            require(found == header.command, f"the next command that is kept has hash {found}")
            self.signed = SignedCommand(kept) if self.commands[header.command] else None
        elif self.named != before:
            require(not self.commands.get(header.command), "a signed command was carried out before")
        if self.signed:
            self.signed.check(header, self.keys.officers, self.tree, self.origin)
        elif self.keys.officers.required:
            own = header.stream.startswith("ledger/") and not header.actor.startswith("officer/")
            require(own, "commands must be signed here")


def verify(archive, policy, kept, findings):
    """Checks the whole bundle; returns a sentence that says what was covered."""
    manifest, members = read_manifest(archive, policy)
    checkpoints = {}
    for name in (name for name in members if name.startswith("checkpoints/")):
        try:
            checkpoints[name] = Checkpoint(members[name].take_all(), policy)
            require(name == f"checkpoints/{checkpoints[name].size}", "its size is another than its name's")
            members[name].close(1, findings)
        except DAMAGE as problem:
            findings.add(name, problem)
    for name, data in kept:
        try:
            checkpoints[name] = Checkpoint(data, policy)
        except DAMAGE as problem:
            findings.add(name, problem)
    size, verifier = manifest["size"], Verifier(policy, manifest["ledger"], findings)
    by_size = collections.defaultdict(list)
    for name, checkpoint in checkpoints.items():
        by_size[checkpoint.size].append((name, checkpoint))
    entries, signatures, commands = (members[f"{part}.bin"] for part in ("entries", "signatures", "commands"))
    for position in range(size + 1):
        for name, checkpoint in by_size.pop(position, []):
            if checkpoint.root != verifier.tree.root(position):
                findings.add(name, f"its root is not that of the first {position} entries")
            if not any(checkpoint.bears(public) for public in verifier.keys.for_checkpoints()):
                findings.add(name, "it is not signed by the ledger's key")
        if position < size:
            try:
                verifier.entry(entries.take_sized(">H"), signatures.take(64), commands)
            except DAMAGE as problem:
                findings.add(position, f"{problem}; the entries after it were not checked")
                return "not all of the bundle"
    for name, checkpoint in sum(by_size.values(), []):
        findings.add(name, f"stands at size {checkpoint.size}; the bundle has {size} entries only")
    latest = checkpoints.get(f"checkpoints/{size}")
    if not latest or not policy.satisfied(latest.cosigned):
        findings.add(f"checkpoints/{size}", f"has not the cosignatures that the policy asks for ({policy.quorum})")
    for member, rows in ((entries, size), (signatures, size), (commands, len(verifier.commands))):
        member.close(rows, findings)
    for name, check in (("totals.csv", verifier.money.check_totals), ("balances.csv", verifier.money.check_balances)):
        try:
            rows = check(members[name].take_all(), findings)
            members[name].close(rows, findings)
        except DAMAGE as problem:
            findings.add(name, problem)
    return (
        f"{size} entries and their signatures, {len(verifier.streams)} streams, {len(verifier.requests)} requests, "
        f"{len(verifier.commands)} commands, {len(checkpoints)} checkpoints ({len(kept)} of yours), "
        f"quorum {policy.quorum}; {sum(verifier.commands.values())} commands were signed by officers (not checked: "
        "that their entries are what they ask for)"
    ) + "".join(f"; {first} to {last} were signed by a key revoked later" for first, last in verifier.keys.suspect)


def main():
    parser = argparse.ArgumentParser(description="Checks an audit bundle of Mingzhang (明账).")
    parser.add_argument("bundle")
    parser.add_argument("--policy", required=True, help="the policy file that you were given by hand")
    parser.add_argument("--checkpoint", action="append", default=[], help="a checkpoint that you kept")
    called, findings, covered = parser.parse_args(), Findings(), "nothing"
    try:
        policy = Policy(pathlib.Path(called.policy).read_bytes().decode(errors="surrogateescape"))
        kept = [(f"your {path}", pathlib.Path(path).read_bytes()) for path in called.checkpoint]
        with zipfile.ZipFile(called.bundle) as archive:
            covered = verify(archive, policy, kept, findings)
    except DAMAGE as problem:
        findings.add("bundle", problem)
    print(f"checked: {covered}")
    print(f"不一致 NOT OK: {findings.count} findings" if findings.count else "一致 OK")
    sys.exit(1 if findings.count else 0)


if __name__ == "__main__":
    main()
