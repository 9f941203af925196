"""Trees, proofs and notes, against the text of their standards and an independent way to compute them."""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audit import notes, tree
from audit.standalone import verify_bundle

# RFC 6962 test vectors (certificate-transparency, merkle tree): leaves and the roots of their first n.
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def leaves(count: int) -> list[bytes]:
    return [tree.leaf(str(n).encode()) for n in range(count)]


def by_halves(found: list[bytes]) -> bytes:
    """The definition in RFC 6962, section 2.1, word for word."""
    if not found:
        return hashlib.sha256(b"").digest()
    if len(found) == 1:
        return found[0]
    middle = 1
    while middle * 2 < len(found):
        middle *= 2
    return hashlib.sha256(b"\x01" + by_halves(found[:middle]) + by_halves(found[middle:])).digest()


def subtree_of(found: list[bytes]) -> tree.Subtree:
    return lambda height, index: by_halves(found[index << height : (index + 1) << height])


def test_the_vectors_of_the_standard_hold() -> None:
    found = [tree.leaf(bytes.fromhex(each)) for each in LEAVES]
    assert [tree.root(found[: n + 1]).hex() for n in range(8)] == ROOTS


@given(st.integers(0, 300))
def test_a_root_is_the_same_however_it_is_computed(count: int) -> None:
    found = leaves(count)
    expected = by_halves(found)
    assert tree.root(found) == expected
    assert tree.range_root(0, count, subtree_of(found)) == expected
    frontier = tree.Frontier()
    for each in found:
        frontier.append(each)
    assert tree.Frontier(count, frontier.peaks).root == expected
    assert verify_bundle.root_of(found or [expected]) == expected


@given(st.integers(1, 200), st.data())
def test_an_inclusion_proof_leads_to_the_root_for_its_leaf_and_place_alone(count: int, data: st.DataObject) -> None:
    found, index = leaves(count), data.draw(st.integers(0, count - 1))
    path = tree.inclusion(index, count, subtree_of(found))
    reach = verify_bundle.root_by_path
    assert reach(index, count, found[index], path) == by_halves(found)
    assert reach(index, count, tree.leaf(b"another"), path) != by_halves(found)
    assert reach(index, count, found[index], [*path, path[0] if path else bytes(32)]) != by_halves(found)
    if path:
        assert reach(index, count, found[index], path[:-1]) != by_halves(found)
        assert reach((index + 1) % count, count, found[index], path) != by_halves(found)


def test_an_inner_node_is_no_leaf() -> None:
    found = leaves(4)
    inner = tree.node(found[0], found[1])
    assert verify_bundle.root_by_path(0, 2, tree.leaf(inner), [tree.node(found[2], found[3])]) != by_halves(found)


KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TEXT = notes.Checkpoint("example.org/log", 3, bytes(32)).text


def test_a_note_opens_with_its_key_and_name_alone() -> None:
    public, note = notes.public_of(KEY), notes.sign(TEXT, "example.org/log", KEY)
    for opened, failure in ((notes.opened, notes.BadNote), (verify_bundle.opened, ValueError)):
        assert opened(note, "example.org/log", public) == TEXT
        for wrong in (
            note.replace("\n3\n", "\n4\n"),
            note.replace("\n", "\r\n"),
            note.replace("\n\n", "\n"),
            note[:-1],
            note + "not a signature\n",
            note + note.splitlines(keepends=True)[-1] * 16,
            note.replace("\u2014 example.org/log ", "\u2014 example.org/other "),
            note[:-12] + "AAAAAAAAAA=\n",
        ):
            with pytest.raises(failure):
                opened(wrong, "example.org/log", public)
        with pytest.raises(failure):
            opened(note, "example.org/log", notes.public_of(Ed25519PrivateKey.generate()))


def test_a_vkey_names_its_key() -> None:
    public = notes.public_of(KEY)
    vkey = notes.vkey("example.org/log", public)
    assert verify_bundle.key_of(vkey) == ("example.org/log", public)
    with pytest.raises(verify_bundle.Unreadable):
        verify_bundle.key_of(vkey.replace("example.org", "example.com"))


# The example of https://c2sp.org/signed-note, as Go's sumdb reads it.
def test_the_key_of_the_go_checksum_database_has_its_known_id() -> None:
    name, public = verify_bundle.key_of("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    assert notes.key_id(name, public).hex() == "033de0ae"


@pytest.mark.parametrize(
    "text", ["", "a\n1\n\n", "a\n01\nAA==\n", "a\n-1\nAA==\n", "a\n1\nAA==\n", "\n1\n" + "A" * 43 + "=\n"]
)
def test_what_is_no_checkpoint_is_not_taken_for_one(text: str) -> None:
    with pytest.raises(notes.BadNote):
        notes.checkpoint_of(text)
