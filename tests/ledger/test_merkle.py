"""The Merkle tree: the same roots and proofs as an independent implementation, and proofs that hold only where true."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from zhuanmai.ledger import merkle

contents = st.lists(st.binary(max_size=40), min_size=1, max_size=70)


@given(contents)
@settings(deadline=None)
def test_roots_and_proofs_agree_with_pymerkle(entries: list[bytes]) -> None:
    other = InmemoryTree(algorithm="sha256")
    for entry in entries:
        other.append_entry(entry)
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    assert merkle.root(leaves) == other.get_root()
    for index in range(0, len(leaves), 7):
        path = merkle.inclusion_proof(leaves, index)
        assert merkle.included(leaves[index], index, len(leaves), path, merkle.root(leaves))


@given(contents, st.data())
@settings(deadline=None)
def test_a_beginning_is_consistent_and_nothing_else_is(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    old = data.draw(st.integers(1, len(leaves)))
    proof = merkle.consistency_proof(leaves, old)
    old_root, new_root = merkle.root(leaves[:old]), merkle.root(leaves)
    assert merkle.consistent(old, len(leaves), old_root, new_root, proof)
    if old < len(leaves):
        forged = merkle.root([merkle.leaf_hash(b"forged"), *leaves[1:old]])
        assert forged == old_root or not merkle.consistent(old, len(leaves), forged, new_root, proof)


@given(contents, st.data())
@settings(deadline=None)
def test_another_leaf_is_not_included(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    index = data.draw(st.integers(0, len(leaves) - 1))
    path = merkle.inclusion_proof(leaves, index)
    assert not merkle.included(merkle.leaf_hash(b"another entry"), index, len(leaves), path, merkle.root(leaves))


def test_the_empty_tree() -> None:
    assert merkle.root([]) == merkle.EMPTY_ROOT
