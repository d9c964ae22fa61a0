"""The public page of verification cannot be made to stop the service: a file costs what one may, whatever is in it."""

from __future__ import annotations

import io
import time
import zlib

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhuanmai.documents import queries

pytestmark = pytest.mark.django_db


def nested(deep: int) -> bytes:
    """A PDF whose catalogue is an array in an array in an array …"""
    return b"%PDF-1.7\n1 0 obj\n" + b"[" * deep + b"]" * deep + b"\nendobj\ntrailer<</Root 1 0 R>>\n"


def bomb(megabytes: int) -> bytes:
    """A PDF whose objects lie in a stream that unpacks to so many megabytes."""
    packed = zlib.compress(b"1 0 " * (megabytes << 18), 9)
    made = pikepdf.new()
    made.Root.Bomb = made.make_stream(packed, Filter=pikepdf.Name.FlateDecode, Type=pikepdf.Name.ObjStm, N=1, First=4)
    out = io.BytesIO()
    made.save(out, compress_streams=False)
    return out.getvalue()


def circular() -> bytes:
    """A PDF whose cross-reference tables name each other as the one before."""
    head = b"%PDF-1.7\n"
    first = len(head)
    table = b"xref\n0 1\n0000000000 65535 f \ntrailer<</Size 1/Root 1 0 R/Prev %d>>\n"
    second = first + len(table % first) + 4
    return head + table % second + b"    " + table % first + b"startxref\n%d\n%%%%EOF" % first


def many_signatures(fields: int) -> bytes:
    """A PDF with a form of so many fields that call themselves signatures."""
    made = pikepdf.new()
    made.add_blank_page()
    value = made.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"\0" * 99))
    made.Root.AcroForm = pikepdf.Dictionary(
        SigFlags=3, Fields=[pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=f"s{n}", V=value) for n in range(fields)]
    )
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


FILES = {
    "nested": nested(100_000),
    "bomb": bomb(800),
    "circular": circular(),
    "many signatures": many_signatures(3000),
    "no PDF": b"\0" * 1_000_000,
    "only a head": b"%PDF-",
}


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_a_file_costs_no_more_than_one_may(content: bytes, client: Client) -> None:
    began, spent = time.monotonic(), time.process_time()
    answer = client.post("/verify/", {"file": SimpleUploadedFile("a.pdf", content, "application/pdf")})
    assert answer.status_code == 200
    assert answer.context["file"].status == "unknown"
    assert time.process_time() - spent < 1.5  # of this process: the rest was the other's
    assert time.monotonic() - began < 60


def test_a_paper_of_ours_is_known_without_reading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries.confined, "run", lambda *_args, **_given: pytest.fail("it was read"))
    found = queries.Verified("in_force", "", "", "", None, "", 1)
    monkeypatch.setattr(queries, "verified", lambda _version: found)
    assert queries.verified_file(b"%PDF-1.7 anything") == found
