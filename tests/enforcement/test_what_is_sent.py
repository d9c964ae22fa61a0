"""What officers send of a case is served as what it is, whatever they call it; never as a page, and never run."""

from __future__ import annotations

import base64
import io
from typing import Any

import pikepdf
import pytest
from django.test import Client
from PIL import Image

from tests.core.test_pictures import SCRIPT, claiming, drawn, paper
from tests.enforcement.conftest import Bureau, bureau  # noqa: F401
from tests.enforcement.desk import Scene, scene
from zhuanmai.core.ids import new_id

pytestmark = pytest.mark.django_db
NAMES = ("text/html", "image/svg+xml", "application/pdf", "application/xhtml+xml", "image/png", "")


def sent(found: Scene, content: bytes, mime: str) -> tuple[Any, str]:
    """A photograph is sent under a media type of the sender's choice; the answer, and where it lies."""
    photo = new_id()
    found.tablet.done("photo.add", photo_id=str(photo), what="scene", caption="现场")
    path = f"/api/enforcement/cases/{found.case_id}/photos/{photo}"
    return client_of(found).put(path, content, content_type=mime), path


def client_of(found: Scene) -> Client:
    """The first officer's browser."""
    client = Client()
    client.force_login(found["jia"].officer)
    return client


@pytest.mark.parametrize("mime", NAMES)
def test_a_picture_with_a_script_is_shown_as_a_picture_without_it(bureau: Bureau, mime: str) -> None:  # noqa: F811
    found = scene(bureau)
    content = drawn("PNG")
    answer, path = sent(found, content, mime)
    assert answer.status_code == 200, answer.content
    shown = client_of(found).get(path)
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert SCRIPT.encode() not in shown.content
    assert Image.open(io.BytesIO(shown.content)).format == "JPEG"


def test_the_original_is_a_download_byte_for_byte(bureau: Bureau) -> None:  # noqa: F811
    found = scene(bureau)
    content = drawn("PNG")
    _answer, path = sent(found, content, "text/html")
    original = client_of(found).get(path, {"original": "true"})
    assert original.content == content
    assert original.headers["Content-Type"] == "application/octet-stream"
    assert original.headers["Content-Disposition"].startswith("attachment; ")
    assert original.headers["Content-Disposition"].endswith(".png")
    assert "sandbox" in original.headers["Content-Security-Policy"]


def test_a_scanned_paper_is_shown_as_its_first_page(bureau: Bureau) -> None:  # noqa: F811
    found = scene(bureau)
    answer, path = sent(found, paper(2), "text/html")
    assert answer.status_code == 200, answer.content
    shown = client_of(found).get(path)
    assert (shown.headers["Content-Type"], Image.open(io.BytesIO(shown.content)).format) == ("image/jpeg", "JPEG")
    assert client_of(found).get(path, {"original": "true"}).content[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "content, code",
    [
        (f"<html>{SCRIPT}</html>".encode(), "not_a_picture"),
        (b"GIF89a/*" + SCRIPT.encode(), "not_a_picture"),
        (b"%PDF-1.7 " + SCRIPT.encode(), "not_a_pdf"),
        (paper(encryption=pikepdf.Encryption(user="x")), "not_a_pdf"),
        (claiming(60_000, 60_000), "too_large"),
        (b"", "not_a_picture"),
    ],
    ids=["page", "gif", "pdf", "locked", "pixels", "nothing"],
)
@pytest.mark.parametrize("mime", ["application/pdf", "image/jpeg"])
def test_what_is_neither_is_refused_in_words_and_not_kept(
    bureau: Bureau,  # noqa: F811
    content: bytes,
    code: str,
    mime: str,
) -> None:
    found = scene(bureau)
    answer, path = sent(found, content, mime)
    assert answer.json()["code"] == code
    assert client_of(found).get(path).status_code == 404


@pytest.mark.parametrize(
    "content, code",
    [
        (b"\x89PNG\r\n\x1a\n" + SCRIPT.encode(), "not_a_picture"),
        (claiming(60_000, 60_000), "too_large"),
        (b"", "drawing_missing"),
    ],
    ids=["script", "pixels", "nothing"],
)
def test_a_drawn_signature_is_looked_at_before_it_is_kept(bureau: Bureau, content: bytes, code: str) -> None:  # noqa: F811
    found = scene(bureau)
    drawing = "data:image/png;base64," + base64.b64encode(content).decode()
    body = {"operation_id": str(new_id()), "role": "party", "drawing": drawing, "document_ids": []}
    path = f"/api/enforcement/cases/{found.case_id}/signatures"
    answer = client_of(found).post(path, body, content_type="application/json")
    assert answer.json()["code"] == code, answer.content
