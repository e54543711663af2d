"""Compares roots, checkpoints and proofs of Mingzhang with those of two packages that know nothing of it:
`pymerkle` builds the same trees and proofs of inclusion, `metamorphic-log` checks notes (C2SP signed-note) and
both kinds of proofs. (pymerkle's proofs of consistency have a form of their own, not that of RFC 6962.)

    compare_trees.py OURS

OURS is a first line of JSON that names the origin and the verifier key, then one line for each tree size. The
leaf at position n is the decimal digits of n. All of it is checked, and once more with one bit flipped, which
must be refused. Ends with 1 at the first difference.
"""

import json
import random
import sys

import metamorphic_log
from pymerkle import InmemoryTree


def require(holds, problem):
    """Ends the comparison where the two do not agree."""
    if not holds:
        sys.exit(problem)


def refused(check, *arguments):
    """Whether metamorphic-log refuses."""
    try:
        check(*arguments)
        return False
    except metamorphic_log.VerifyError:
        return True


def flipped(data):
    """The bytes with one bit changed somewhere."""
    place = random.randrange(len(data))
    return data[:place] + bytes([data[place] ^ 1 << random.randrange(8)]) + data[place + 1 :]


def flipped_path(path):
    place = random.randrange(len(path))
    return path[:place] + [flipped(path[place])] + path[place + 1 :]


def inclusion_path(tree, position, size):
    """pymerkle counts leaves from one and puts the leaf itself before the path."""
    return tree.prove_inclusion(position + 1, size).path[1:]


def check_note(line, root, about):
    size, note, keys = line["size"], line["note"], [about["verifier_key"]]
    require(metamorphic_log.verify_signed_note(note, keys) == 1, f"size {size}: the note")
    head = metamorphic_log.checkpoint_verify(note, keys)
    said = (head.origin, head.size, head.root, head.extensions)
    require(said == (about["origin"], size, root, []), f"size {size}: the checkpoint says {said}")
    for _ in range(4):
        # A control character or a byte that is no UTF-8 never reaches the package, which takes text.
        other = flipped(note.encode()).decode(errors="replace")
        require(refused(metamorphic_log.verify_signed_note, other, keys), f"size {size}: accepted: {other!r}")


def check_proofs(line, tree, root):
    size = line["size"]
    for proof in line["inclusion"]:
        position, path = proof["position"], [bytes.fromhex(text) for text in proof["path"]]
        require(path == inclusion_path(tree, position, size), f"size {size}: inclusion of {position}")
        leaf = tree.get_leaf(position + 1)
        metamorphic_log.verify_inclusion(position, size, leaf, path, root)
        wrong = [(position, size, flipped(leaf), path, root), (position, size, leaf, path, flipped(root))]
        if path:
            wrong.append((position, size, leaf, flipped_path(path), root))
        for arguments in wrong:
            require(refused(metamorphic_log.verify_inclusion, *arguments), f"size {size}: accepted: {arguments}")
    for proof in line["consistency"]:
        old, path = proof["old"], [bytes.fromhex(text) for text in proof["path"]]
        old_root = tree.get_root(old)
        metamorphic_log.verify_consistency(old, size, path, old_root, root)
        wrong = [(old, size, path, flipped(old_root), root), (old, size, path, old_root, flipped(root))]
        if path:
            wrong.append((old, size, flipped_path(path), old_root, root))
        for arguments in wrong:
            require(refused(metamorphic_log.verify_consistency, *arguments), f"size {size}: accepted: {arguments}")
    return len(line["inclusion"]) + len(line["consistency"])


def main():
    random.seed(6962)
    tree, sizes, proofs = InmemoryTree("sha256"), 0, 0
    with open(sys.argv[1], encoding="utf-8") as ours:
        about = json.loads(next(ours))
        for text in ours:
            line = json.loads(text)
            tree.append_entries(b"%d" % position for position in range(tree.get_size(), line["size"]))
            root = tree.get_root()
            require(tree.get_size() == line["size"], "the sizes are not in order")
            require(root.hex() == line["root"], f"size {line['size']}: the root should be {root.hex()}")
            try:
                check_note(line, root, about)
                proofs += check_proofs(line, tree, root)
            except metamorphic_log.VerifyError as refusal:
                sys.exit(f"size {line['size']}: refused: {refusal}")
            sizes += 1
    print(f"{sizes} sizes, {proofs} proofs agree with pymerkle and metamorphic-log")


if __name__ == "__main__":
    main()
