"""Checks the output of `zhuanmai ledger prove ENTRY`: python3 ledger-check.py proof.json [head.json]. Needs Python only."""

import hashlib
import json
import sys


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


proof = json.load(open(sys.argv[1], encoding="utf-8"))
content = json.dumps(proof["content"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
node = sha(b"\x00", content)
assert node.hex() == proof["leaf"], "the entry's content does not give its leaf"
index, last = proof["seq"], proof["size"] - 1
for sibling in map(bytes.fromhex, proof["path"]):
    if index & 1 or index == last:
        node = sha(b"\x01", sibling, node)
        while not index & 1 and index:
            index, last = index >> 1, last >> 1
    else:
        node = sha(b"\x01", node, sibling)
    index, last = index >> 1, last >> 1
assert node.hex() == proof["root"], "the path does not lead to the root"
if len(sys.argv) > 2:
    head = json.load(open(sys.argv[2], encoding="ascii"))
    assert (head["size"], head["root"]) == (proof["size"], proof["root"]), "another head"
print("proved")
