"""Copies an audit bundle with one bit changed in the middle of one entry, and with a manifest that fits, so that
only the entries, signatures and checkpoints themselves can tell.

    damage_bundle.py BUNDLE DAMAGED POSITION
"""

import hashlib
import json
import struct
import sys
import zipfile


def damage(entries, position):
    """Flips a bit of the entry at this position, behind its two bytes of length."""
    start = 0
    for _ in range(position):
        start += 2 + struct.unpack_from(">H", entries, start)[0]
    (length,) = struct.unpack_from(">H", entries, start)
    entries[start + 2 + length // 2] ^= 1


def main():
    bundle, damaged, position = sys.argv[1:]
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest, entries = json.loads(members["manifest.json"]), bytearray(members["entries.bin"])
    damage(entries, int(position))
    members["entries.bin"] = bytes(entries)
    for member in manifest["members"]:
        member["sha256"] = hashlib.sha256(members[member["name"]]).hexdigest()
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(damaged, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)


if __name__ == "__main__":
    main()
