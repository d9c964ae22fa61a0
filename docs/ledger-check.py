"""Checks the output of `zhuanmai ledger prove ENTRY`: python3 ledger-check.py proof.json [head.json]. Plain Python."""

import hashlib
import json
import sys


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


with open(sys.argv[1], encoding="utf-8") as file:
    proof = json.load(file)
content = json.dumps(proof["content"], sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
node, index, last = sha(b"\x00", content), proof["content"]["seq"], proof["size"] - 1
for sibling in map(bytes.fromhex, proof["path"]):
    if index & 1 or index == last:
        node = sha(b"\x01", sibling, node)
        while not index & 1 and index:
            index, last = index >> 1, last >> 1
    else:
        node = sha(b"\x01", node, sibling)
    index, last = index >> 1, last >> 1
if last != 0 or node.hex() != proof["root"]:
    sys.exit("NOT proved: the entry does not lead to the root")
if len(sys.argv) > 2:
    with open(sys.argv[2], encoding="ascii") as file:
        head = json.load(file)
    if (head["size"], head["root"]) != (proof["size"], proof["root"]):
        sys.exit("NOT proved: the proof is for another head")
print("proved")
