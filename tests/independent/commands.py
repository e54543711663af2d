"""Section "Signed commands": a command that an officer signed, in a DSSE envelope (protocol.md and envelope.md of
secure-systems-lab/dsse), held against the entry that names it.
"""

import datetime
import json
import re

from notes import IDENTIFIER, NUMBER, plain_base64, require, signed

TYPE = b"application/vnd.mingzhang.command.v1+json"
BEGINNING = b'{"payloadType":'
ENVELOPE = re.compile(
    BEGINNING + b'"' + re.escape(TYPE) + b'","payload":"([A-Za-z0-9+/=]*)",'
    rb'"signatures":\[\{"keyid":"([0-9a-f]{64})","sig":"([A-Za-z0-9+/=]{88})"\}\]\}'
)
TIME = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z"
STATEMENT = re.compile(
    (
        rf'\{{"ledger":"({IDENTIFIER})","officer":"({IDENTIFIER})","request":"([0-9a-f-]{{36}})",'
        rf'"issued":"({TIME})","expires":"({TIME})","nonce":"[0-9a-f]{{32}}",'
        rf'"checkpoint":\{{"origin":("(?:[^"\\]|\\.)*"),"size":({NUMBER}),"root":"([0-9a-f]{{64}})"\}},'
        r'"command":(\{.*\})\}'
    ).encode(),
    re.DOTALL,
)
MOST_BYTES = 16 * 2**20
LONGEST = datetime.timedelta(hours=24)
MOST_AHEAD = datetime.timedelta(minutes=5)


def moment(text):
    return datetime.datetime.fromisoformat(text)


class SignedCommand:
    """An envelope and the statement in it, both in their one spelling; ValueError for any other."""

    def __init__(self, envelope):
        require(len(envelope) <= MOST_BYTES, "the signed command is too long")
        match = ENVELOPE.fullmatch(envelope)
        require(match, "the signed command is not an envelope as it must be written")
        payload, self.key, signature = (part.decode() for part in match.groups())
        payload, self.signature = plain_base64(payload), plain_base64(signature)
        # DSSE's pre-authentication encoding: what is signed.
        self.message = b"DSSEv1 %d %b %d %b" % (len(TYPE), TYPE, len(payload), payload)
        match = STATEMENT.fullmatch(payload)
        require(match, "what was signed is not a statement as it must be written")
        self.ledger, self.officer, self.request, issued, expires, self.origin, size, root, command = (
            part.decode() for part in match.groups()
        )
        self.issued, self.expires, self.size, self.root = moment(issued), moment(expires), int(size), root
        json.loads(command)

    def check(self, header, officers, tree, origin):
        """Whether it is good for the entry that names it and that comes next in the tree."""
        recorded = moment(header.recorded)
        require(self.ledger == header.ledger, f"the command was signed for ledger {self.ledger}")
        require(header.actor == f"officer/{self.officer}", f"the command was signed by officer {self.officer}")
        require(self.request == header.request, f"the command was signed for request {self.request}")
        require(self.issued < self.expires <= self.issued + LONGEST, "the command is good for too long, or never")
        require(self.issued - MOST_AHEAD <= recorded, "the command was signed after it was recorded")
        require(recorded <= self.expires, "the signed command had expired")
        require(self.origin == json.dumps(origin, ensure_ascii=False), f"its checkpoint is of {self.origin}")
        require(1 <= self.size <= tree.size, f"its checkpoint is of size {self.size}")
        require(self.root == tree.root(self.size).hex(), "its checkpoint is of another history")
        public = officers.keys.get((self.officer, self.key))
        require(public, f"{self.key} is no key of officer {self.officer} that is in force")
        require(signed(public, self.signature, self.message), "the officer's signature on the command")
