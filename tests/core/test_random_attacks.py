"""Random attacks: flipped bytes of kept files are all found; random characters and sizes make no 500 anywhere.

Few in every run; `make prove` asks for the full counts (ZHUANMAI_FLIPS, ZHUANMAI_RANDOM_REQUESTS).
"""

from __future__ import annotations

import os
import random
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth import SESSION_KEY
from django.http import QueryDict
from django.test import Client

from tests.core.test_bad_characters import NASTY, everything
from tests.core.test_personal_data import around, full_case
from tests.core.walking import Address, addresses
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.test_kept_files import digests
from zhuanmai.core import files, kept
from zhuanmai.core.errors import Refused

pytestmark = pytest.mark.django_db
FLIPS = int(os.environ.get("ZHUANMAI_FLIPS", "40"))
REQUESTS = int(os.environ.get("ZHUANMAI_RANDOM_REQUESTS", "100"))
SEED = int(os.environ.get("ZHUANMAI_SEED", "16"))
LENGTHS = (0, 1, 3, 30, 300, 3000)  # characters of a part or a parameter of an address
LARGE = (*LENGTHS, 30_000, 300_000)  # of a field that is sent
BLOCKS = ((0, 0x1F), (0x20, 0x7E), (0x80, 0xFF), (0x300, 0x36F), (0x660, 0x669), (0x2000, 0x206F), (0x4E00, 0x9FFF),
          (0xE000, 0xE010), (0xFE00, 0xFFFF), (0x1F300, 0x1F6FF), (0x20000, 0x2A6DF))  # fmt: skip


def text(lot: random.Random, lengths: tuple[int, ...]) -> str:
    """Random characters of one or two blocks, or what is known to be nasty."""
    if lot.random() < 0.2:
        return lot.choice(NASTY)
    blocks = lot.sample(BLOCKS, lot.randint(1, 2))
    few = [chr(lot.randint(*lot.choice(blocks))) for _ in range(40)]
    return "".join(lot.choices(few, k=lot.choice(lengths)))


def test_every_flipped_byte_of_a_kept_file_is_found(bureau: Bureau, settings: Any, tmp_path: Any) -> None:  # noqa: F811
    settings.FILES_DIR = tmp_path
    full_case(bureau)
    named, lot = sorted(set(digests())), random.Random(SEED)
    assert list(kept.files_are_whole()) == []
    for _ in range(FLIPS):
        digest = lot.choice(named)
        path = files.path_of(digest)
        whole = path.read_bytes()
        at = lot.randrange(len(whole))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << lot.randrange(8)]) + whole[at + 1 :])
        with pytest.raises(Refused, match="file_changed"):
            files.load(digest)
        (found,) = kept.files_are_whole()
        assert digest in found
        path.write_bytes(whole)
    assert list(kept.files_are_whole()) == []


class Names:
    """Which parameters and fields each address reads, learned while it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: set[str] = set()
        self.known: dict[tuple[str, str], set[str]] = {}
        for name in ("__getitem__", "get", "getlist", "__contains__"):
            monkeypatch.setattr(QueryDict, name, self._noting(getattr(QueryDict, name)))

    def _noting(self, way: Any) -> Any:
        def noted(query: QueryDict, key: str, *given: Any) -> Any:
            self.read.add(str(key))
            return way(query, key, *given)

        return noted

    def of(self, address: Address, method: str) -> set[str]:
        """The names of an address."""
        return self.known.setdefault((address.route, method), set())


def test_no_random_request_makes_a_500(bureau: Bureau, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    ids, client = around(bureau, full_case(bureau)), Client(raise_request_exception=False)
    officer = everything(bureau)
    client.force_login(officer)
    lot, names, wrong, answers = random.Random(SEED), Names(monkeypatch), list[str](), dict[int, int]()
    asked = [(one, method) for one in addresses() for method in one.methods if method in ("GET", "POST")]
    lot.shuffle(asked)
    for n in range(REQUESTS):
        address, method = asked[n % len(asked)] if n < len(asked) else lot.choice(asked)
        part = quote(text(lot, LENGTHS), safe="") or "x"
        path = address.filled(ids) if lot.random() < 0.8 else filled(address, ids, part)
        known = names.of(address, method)
        sent = {name: text(lot, LENGTHS if method == "GET" else LARGE) for name in known if lot.random() < 0.8}
        names.read.clear()
        answer = getattr(client, method.lower())(path, sent)
        known |= names.read - {"csrfmiddlewaretoken"}
        if SESSION_KEY not in client.session:
            client.force_login(officer)
        answers[answer.status_code] = answers.get(answer.status_code, 0) + 1
        if answer.status_code >= 500:
            wrong.append(f"{method} {path[:100]} { ({key: value[:30] for key, value in sent.items()})!r}")
    assert wrong == [], "\n".join(wrong)
    assert answers.get(200, 0) > REQUESTS / 10, answers


def filled(address: Address, ids: dict[str, Any], part: str) -> str:
    """The address with all its parts filled with this one."""
    own = [f"{address.route} {one.partition('>')[0].rpartition(':')[2]}" for one in address.route.split("<")[1:]]
    return address.filled(dict.fromkeys((*ids, *own), part))
