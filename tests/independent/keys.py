"""Section "Keys": which key must sign the next entry. It follows from entry 0 and the entries that announce,
rotate and revoke keys, each signed by the key that may do so, never from a clock. And section "Officer keys":
which keys officers hold, and whether they must sign their commands; it follows from entries too.
"""

import re

from notes import IDENTIFIER, require, sha256, signed

# The fields of each event about keys. A proof is a signature by the key that comes.
FIELDS = {
    "KeyAnnounced v1": {"key", "proof"},
    "KeyRotated v1": {"key", "proof"},
    "KeyRevoked v1": {"key", "from", "replacement", "proof"},
    "RecoveryKeyReplaced v1": {"recovery_key", "proof"},
    "OfficerKeyEnrolled v1": {"officer", "key", "proof"},
    "OfficerKeyWithdrawn v1": {"officer", "key"},
    "SignedCommandsRequired v1": {"required"},
}
# Which of these fields is the key that comes.
COMING = {
    "KeyAnnounced v1": "key",
    "KeyRotated v1": "key",
    "KeyRevoked v1": "replacement",
    "RecoveryKeyReplaced v1": "recovery_key",
}
BY_RECOVERY_KEY = {"KeyRevoked v1", "RecoveryKeyReplaced v1"}


def written_key(public):
    """How a key stands in JSON."""
    return {"algorithm": "ed25519", "public": public.hex()}


def read_key(written):
    require(set(written) == {"algorithm", "public"} and written["algorithm"] == "ed25519", "a key of another form")
    require(re.fullmatch("[0-9a-f]{64}", written["public"]), "a key of another form")
    return bytes.fromhex(written["public"])


class Keys:
    """The keys in force at one position, beginning with the one that the policy gives."""

    def __init__(self, policy, ledger):
        self.origin, self.ledger, self.current, self.recovery = policy.origin, ledger, policy.public, None
        self.before, self.used, self.suspect, self.announced = policy.public, {policy.public}, [], None
        self.officers = Officers(ledger)

    def signer(self, event):
        """Who must sign an entry with this event at the next position."""
        return self.recovery if event in BY_RECOVERY_KEY and self.recovery else self.current

    def for_checkpoints(self):
        """Who may sign a checkpoint at this size: the key of the last entry, and the one of the next."""
        return {self.before, self.current}

    def take(self, header, payload):
        """Follows one entry, in order of position; ValueError where it may not stand there."""
        opens = header.event.startswith("LedgerOpened ")
        require(opens == (int(header.position) == 0), "LedgerOpened belongs at position 0 and nowhere else")
        self.before = self.current
        if opens:
            require(header.event == "LedgerOpened v1", "an unknown version")
            self.open(payload)
        elif re.search("Key|SignedCommands", header.event):
            require(header.event in FIELDS, "an unknown event about keys")
            require(header.stream == f"ledger/{self.ledger}", "an event about keys in another stream")
            require(set(payload) == FIELDS[header.event], "the fields of the event about keys")
            if header.event in COMING:
                self.change(int(header.position), header.event, payload)
            else:
                self.officers.take(header.event, payload, self.used, self.announced)

    def open(self, payload):
        """Entry 0 names the bureau's key, which must be the one that the policy gives, and its recovery key."""
        fields = {"bureau", "region", "origin", "key", "recovery_key"}
        require(set(payload) | {"recovery_key"} == fields, "the fields of LedgerOpened")
        require(payload["origin"] == self.origin, f"the origin is {payload['origin']}, not the policy's")
        require(payload["key"] == written_key(self.current), "the first key is not the policy's")
        if payload.get("recovery_key") is not None:
            self.recovery = read_key(payload["recovery_key"])
            self.used.add(self.recovery)

    def change(self, position, event, payload):
        """A key that comes must prove that its holder has it, and no key comes back."""
        new = read_key(payload[COMING[event]])
        message = f"mingzhang key v1\n{self.ledger}\n".encode() + new
        require(signed(new, bytes.fromhex(payload["proof"]), message), "the proof that its holder has the new key")
        require(new not in self.used, "a key that was used before")
        if event in BY_RECOVERY_KEY:
            require(self.recovery, "there is no recovery key that may do this")
        if event == "KeyRevoked v1":
            require(payload["key"] == sha256(self.current).hex(), "revokes a key that is not in force")
            require(0 <= payload["from"] <= position, "revokes the key from a later position")
            self.suspect.append((payload["from"], position - 1))
            self.before = new
        if event == "KeyAnnounced v1":
            self.announced = new
        elif event == "RecoveryKeyReplaced v1":
            self.recovery = new
            self.used.add(new)
        else:
            self.current, self.announced = new, None
            self.used.add(new)


class Officers:
    """What is in force at one position: an entry changes it from the next position on."""

    def __init__(self, ledger):
        self.ledger, self.keys, self.required = ledger, {}, False

    def take(self, event, payload, used, announced):
        """Follows one event about officers. A key is one officer's, for one time, and never the ledger's."""
        if event == "SignedCommandsRequired v1":
            require(payload["required"] is (not self.required), "sets what is so already")
            self.required = payload["required"]
        elif event == "OfficerKeyWithdrawn v1":
            require(self.keys.pop((payload["officer"], payload["key"]), None), "no key of this officer in force")
        else:
            officer, new = payload["officer"], read_key(payload["key"])
            require(re.fullmatch(IDENTIFIER, officer), "no officer's id")
            message = f"mingzhang officer key v1\n{self.ledger}\n{officer}\n".encode() + new
            require(signed(new, bytes.fromhex(payload["proof"]), message), "the proof that the officer has the key")
            require(new not in used and new != announced, "a key that was used before, or will be the ledger's")
            self.keys[officer, sha256(new).hex()] = new
            used.add(new)
