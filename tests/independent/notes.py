"""The C2SP documents `signed-note`, `tlog-checkpoint`, `tlog-cosignature` and `tlog-policy`, as far as the
format's sections "Checkpoint" and "Audit bundle" use them. A note or policy that breaks a rule raises
ValueError.
"""

import base64
import functools
import hashlib
import re

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

NUMBER = r"0|[1-9][0-9]{0,15}"
IDENTIFIER = r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}"


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def require(holds, problem):
    """Refuses what the specification does not allow."""
    if not holds:
        raise ValueError(problem)


@functools.cache
def public_key(raw):
    return Ed25519PublicKey.from_public_bytes(raw)


def signed(public, signature, message):
    """Whether the signature is one of the key (RFC 8032) over the message."""
    try:
        public_key(public).verify(signature, message)
        return True
    except InvalidSignature:
        return False


def plain_base64(text):
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text, "base64 in another spelling")
    return data


def read_vkey(vkey, kind):
    """C2SP signed-note: name, key id in hex, base64 of the kind and the public key."""
    name, key_id, key = vkey.split("+", 2)
    key = plain_base64(key)
    require(name and len(key) == 33 and key[0] == kind, f"the verifier key {vkey}")
    require(sha256(name.encode(), b"\n", key)[:4].hex() == key_id, f"the key id of {vkey}")
    return name, bytes.fromhex(key_id), key[1:]


class Policy:
    """C2SP tlog-policy with one log: its origin and first key, the witnesses, and how many must cosign."""

    def __init__(self, text):
        self.witnesses, groups, grouped, quorums, logs = {}, {}, set(), [], []
        require(not re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text), "a control character in the policy")
        for line in text.split("\n"):
            match re.findall(r"[^ \t]+", line):
                case []:
                    pass
                case [first, *_] if first.startswith("#"):
                    pass
                case ["log", vkey] | ["log", vkey, _]:
                    logs.append(read_vkey(vkey, 1))
                case ["witness", name, vkey] | ["witness", name, vkey, _]:
                    require(name != "none" and name not in self.witnesses | groups, f"{name} twice in the policy")
                    self.witnesses[name] = read_vkey(vkey, 4)
                case ["group", name, count, *members] if members:
                    require(name != "none" and name not in self.witnesses | groups, f"{name} twice in the policy")
                    count = {"any": 1, "all": len(members)}.get(count) or int(count)
                    require(1 <= count <= len(members), f"the group {name} of the policy")
                    require(set(members) <= (self.witnesses | groups).keys() - grouped, f"a member of {name}")
                    require(len(set(members)) == len(members), f"a member twice in {name}")
                    groups[name] = (count, members)
                    grouped |= set(members)
                case ["quorum", name]:
                    require(name == "none" or name in self.witnesses | groups, f"the quorum {name} of the policy")
                    quorums.append(name)
                case _:
                    raise ValueError(f"a line of the policy: {line}")
        publics = [public for _, _, public in self.witnesses.values()]
        require(len(set(publics)) == len(publics), "two witnesses of the policy have one key")
        require(len(logs) == 1 and len(quorums) == 1, "a policy with one log and one quorum is needed")
        (self.origin, _, self.public), self.groups, self.quorum = logs[0], groups, quorums[0]

    def satisfied(self, cosigned, name=None):
        name = name or self.quorum
        if name in self.groups:
            count, members = self.groups[name]
            return sum(self.satisfied(cosigned, member) for member in members) >= count
        return name == "none" or name in cosigned


class Checkpoint:
    """A signed note over origin, size and root, and who of the policy's witnesses cosigned it. Whether it bears the
    ledger's signature is asked of it once it is known which key was in force at its size.
    """

    def __init__(self, data, policy):
        text = data.decode()
        require(not re.search(r"[\x00-\x09\x0b-\x1f]", text), "a control character in the note")
        body, empty, lines = text.rpartition("\n\n")
        self.body = f"{body}\n".encode()
        require(empty and lines.endswith("\n"), "not a signed note")
        self.origin, size, root = body.split("\n")
        require(self.origin == policy.origin, f"the checkpoint is of {self.origin}")
        require(re.fullmatch(NUMBER, size), "the checkpoint's size")
        self.size, self.root = int(size), plain_base64(root)
        self.signatures = [self.read_line(line) for line in lines[:-1].split("\n")]
        self.cosigned = {witness for witness, key in policy.witnesses.items() if self.cosigned_by(witness, *key)}

    def read_line(self, line):
        match = re.fullmatch(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)", line)
        require(match, "a signature line of the note")
        signature = plain_base64(match[2])
        require(len(signature) > 4, "a signature line of the note")
        return (match[1], signature[:4]), signature[4:]

    def cosigned_by(self, witness, name, key_id, public):
        """Whether the witness cosigned; a line that says so and is not the witness's makes the note worthless."""
        found = [signature for signer, signature in self.signatures if signer == (name, key_id)]
        for signature in found:
            time = int.from_bytes(signature[:8])
            message = f"cosignature/v1\ntime {time}\n".encode() + self.body
            require(signed(public, signature[8:], message), f"the cosignature of {witness}")
        return bool(found)

    def bears(self, public):
        """Whether the ledger's key with this public half signed; a false line that says so counts for nothing."""
        signer = (self.origin, sha256(self.origin.encode(), b"\n\x01", public)[:4])
        found = [signature for named, signature in self.signatures if named == signer]
        return bool(found) and all(signed(public, signature, self.body) for signature in found)
