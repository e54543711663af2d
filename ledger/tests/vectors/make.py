"""Makes the vectors in this directory, from the format's specification and with software that is
not ours (Python's hashlib and the package `cryptography`). They were made once and are never made
again to please a test: a difference is a defect of the implementation.

The keys are TEST KEYS. Nothing real was ever signed with them.
"""
import base64, hashlib, json, pathlib
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

HERE = pathlib.Path(__file__).parent
LEDGER, ORIGIN = "cn-320404", "mingzhang.example/cn-320404"
SEEDS = {"ledger": bytes([1]) * 32, "recovery": bytes([2]) * 32}


def public(seed):
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


KEY = Ed25519PrivateKey.from_private_bytes(SEEDS["ledger"])
FINGERPRINT = sha256(public(SEEDS["ledger"])).hex()


def opened():
    key = lambda name: {"algorithm": "ed25519", "public": public(SEEDS[name]).hex()}
    return {"bureau": "常州市钟楼区民政局", "region": "320404", "origin": ORIGIN,
            "key": key("ledger"), "recovery_key": key("recovery")}


COMMAND = b'{"nonce":"000102030405060708090a0b0c0d0e0f","command":{}}'
EVENTS = [
    ("ledger/cn-320404", 1, "LedgerOpened v1", "system/opening", None, opened()),
    ("fund/a", 1, "FundOpened v1", "officer/w-017", COMMAND, {"name": "区级财政资金", "level": 3}),
    ("fund/a", 2, "FundsReceived v1", "officer/w-017", COMMAND, {"amount_fen": 9007199254740991}),
    ("payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11", 1, "PaymentRecorded v1", "officer/w-017", COMMAND,
     {"amount_fen": 90000, "kind": "one_off"}),
    ("payment/0190f3c2-7c1e-7d3a-9d55-0c7a4b6f2e11", 2, "PaymentReversed v1", "officer/w-018", COMMAND,
     {"reason": "\"\\\n"}),
    ("x/y.z_1-2", 1, "Empty v2", "system/test", None, {}),
    ("x/y.z_1-2", 2, "Nested v10", "system/test", None, {"a": [1, -2, {"b": None, "c": True}], "d": ""}),
    ("x/y.z_1-2", 3, "Long v1", "system/test", None, {"text": "粮" * 20000}),
]


def entry(position, previous, event):
    stream, sequence, name, actor, command, payload = event
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    header = [
        "mingzhang entry v1", f"ledger: {LEDGER}", f"position: {position}", f"previous: {previous.hex()}",
        f"recorded: 2020-06-30T08:15:07.{123456 + position:06}Z", f"stream: {stream}", f"sequence: {sequence}",
        f"event: {name}", f"actor: {actor}", f"request: 0190f3c2-7c1e-7d3a-9d55-{position:012x}",
        f"command: {sha256(command).hex() if command else '-'}", f"signed-by: ed25519 {FINGERPRINT}",
        f"payload: {len(body)}",
    ]
    return ("\n".join(header) + "\n\n").encode() + body


def root(leaves):
    if len(leaves) <= 1:
        return leaves[0] if leaves else sha256()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01", root(leaves[:k]), root(leaves[k:]))


def checkpoint(leaves):
    body = f"{ORIGIN}\n{len(leaves)}\n{base64.b64encode(root(leaves)).decode()}\n".encode()
    key_id = sha256(ORIGIN.encode(), b"\n\x01", public(SEEDS["ledger"]))[:4]
    line = base64.b64encode(key_id + KEY.sign(body)).decode()
    return body + f"\n— {ORIGIN} {line}\n".encode()


def main():
    leaves, signatures, previous = [], [], bytes(32)
    for position, event in enumerate(EVENTS):
        made = entry(position, previous, event)
        (HERE / f"{position}.entry").write_bytes(made)
        previous = sha256(b"\x00", made)
        leaves.append(previous)
        signatures.append(KEY.sign(b"mingzhang entry v1\n" + previous))
    for size in range(len(leaves) + 1):
        (HERE / f"{size}.checkpoint").write_bytes(checkpoint(leaves[:size]))
    listed = {"origin": ORIGIN, "test_keys": {name: seed.hex() for name, seed in SEEDS.items()},
              "leaves": [leaf.hex() for leaf in leaves], "signatures": [s.hex() for s in signatures]}
    (HERE / "vectors.json").write_text(json.dumps(listed, indent=1) + "\n")


if __name__ == "__main__":
    main()
