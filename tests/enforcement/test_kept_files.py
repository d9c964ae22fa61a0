"""A kept file that was changed on the disk is used for nothing: not shown, not printed, not sent, not sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.core.test_personal_data import full_case
from tests.core.walking import addresses
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import Scene
from zhuanmai.core import checks, files, kept
from zhuanmai.core.checks import Health
from zhuanmai.core.errors import NotFound, Refused
from zhuanmai.documents.models import SignatureBlock, Version
from zhuanmai.enforcement.models import Photo
from zhuanmai.enforcement.paperwork import planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(bureau: Bureau, settings: Any, tmp_path: Any) -> Scene:  # noqa: F811
    """A case with sealed papers, signatures and photographs, its files in a folder of its own."""
    settings.FILES_DIR = tmp_path
    return full_case(bureau)


def digests() -> Iterator[str]:
    """Every file that the case's rows name."""
    for version in Version.objects.all():
        yield from filter(None, (version.unsigned_sha256, version.sealed_sha256))
    for photo in Photo.objects.filter(kept=True):
        yield from filter(None, (photo.sha256, photo.shown_sha256))
    yield from filter(None, SignatureBlock.objects.values_list("drawing", flat=True))


def flip(content: bytes) -> bytes:
    """One bit of it changed."""
    return content[:-1] + bytes([content[-1] ^ 1])


@pytest.mark.parametrize("change", [flip, lambda content: content + b" ", lambda _: b""], ids=["flip", "more", "empty"])
def test_each_changed_file_is_found_and_named(case: Scene, change: Callable[[bytes], bytes]) -> None:
    named = sorted(set(digests()))
    assert len(named) > 8
    assert kept.files_look_whole().health == Health.GOOD
    for digest in named:
        path = files.path_of(digest)
        content = path.read_bytes()
        path.write_bytes(change(content))
        with pytest.raises(Refused, match="file_changed"):
            files.load(digest)
        wrong = [one for one in checks.failures() if digest in one]
        assert len(wrong) == 1
        assert wrong[0].endswith("被改动")
        assert kept.files_look_whole().health == Health.BAD
        path.unlink()
        with pytest.raises(NotFound):
            files.load(digest)
        assert kept.files_look_whole().health == Health.BAD
        path.write_bytes(content)


def test_no_address_serves_a_changed_file(case: Scene) -> None:
    photo = Photo.objects.filter(kept=True).first()
    assert photo is not None
    for digest in set(digests()):
        files.path_of(digest).write_bytes(flip(files.path_of(digest).read_bytes()))
    client = Client(raise_request_exception=False)
    client.force_login(case["jia"].officer)
    sealed = [one for one in planned(photo.case) if one.is_sealed]
    ids = {"case_id": case.case_id, "photo_id": photo.pk, "document_id": sealed[0].id}
    asked = 0
    for address in addresses():
        parts = {part.partition(">")[0].rpartition(":")[2] for part in address.route.split("<")[1:]}
        if "GET" not in address.methods or not {"photo_id", "document_id"} & parts or not parts <= set(ids):
            continue
        answer = client.get(address.filled(ids), {"original": "true"})
        asked += 1
        assert answer.status_code == 409, address.route
    assert asked >= 4
