"""Sealed files: the bureau's seal and its seam are there, the file stays PDF/A-2b, and any changed byte is found."""

from __future__ import annotations

import io
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from pikepdf import Array, Dictionary, Name
from pkcs11 import Attribute, ObjectClass, lib
from pyhanko.pdf_utils.reader import PdfFileReader

from tests.documents.reading import text_of
from tests.documents.test_rendering import KEPT, PRINTED, QR, sample, signed
from zhuanmai.core.errors import Refused
from zhuanmai.documents import certificates, fonts, intact, pdfa_check, sealing, tokens
from zhuanmai.documents.rendering import Rendered, render
from zhuanmai.documents.seam import MOST_PAGES, groups, with_seam

NAME, CODE = "厦门市湖里区烟草专卖局", "T350206"
FLIPS = int(os.environ.get("ZHUANMAI_FLIPS", "40"))
LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so")
SOFTHSM = next((path for path in LIBRARIES if Path(path).exists()), "")

pytestmark = pytest.mark.skipif(bool(fonts.absent()), reason="the fonts are installed by the front-end build")


def drawn(code: str) -> Rendered:
    """A document with every signature and its QR code, not sealed yet."""
    return render(code, sample(code), number="厦湖烟存通〔2025〕第1号", signatures=signed(), qr_url=QR, kept=KEPT)


def seal(code: str) -> bytes:
    """The same, sealed."""
    rendered = drawn(code)
    places = rendered.places("seal")
    return sealing.sealed(
        rendered.pdf, unit_code=CODE, unit_name=NAME, place=places[0] if places else None, reason="测试"
    )


def is_intact(pdf: bytes) -> bool:
    """Whether it bears a seal of this installation that covers all of it."""
    return intact.is_intact(pdf, sealing.roots())


def pages_in_red(pdf: bytes) -> list[float]:
    """For each page, the share of its pixels that are red as the seal is."""
    shares = []
    document = pypdfium2.PdfDocument(pdf)
    document.init_forms()
    for page in document:
        picture = page.render(scale=1, may_draw_forms=True).to_pil().convert("RGB")
        red = sum(count for count, (r, g, b) in picture.getcolors(1 << 20) if r > 150 and g < 110 and b < 110)
        shares.append(red / (picture.width * picture.height))
    return shares


@pytest.mark.parametrize("code", PRINTED)
def test_every_sealed_document_is_pdfa_and_intact(code: str) -> None:
    content = seal(code)
    assert pdfa_check.faults(content) == []
    assert is_intact(content)
    assert text_of(content) == text_of(drawn(code).pdf)


def test_the_seal_is_drawn_where_the_paper_has_a_place_for_it() -> None:
    document = pikepdf.open(io.BytesIO(seal("D04")))
    [widget] = [one for page in document.pages for one in page.obj.Annots if one.Subtype == Name.Widget]
    left, bottom, right, top = (float(edge) for edge in widget.Rect)
    assert right - left == pytest.approx(42 / 25.4 * 72, abs=1) == pytest.approx(top - bottom, abs=1)
    assert pages_in_red(seal("D04"))[0] > 0.002 > pages_in_red(drawn("D04").pdf)[0]


def test_the_seam_seal_crosses_every_page_of_a_document() -> None:
    content = seal("D64")
    assert all(share > 0.0005 for share in pages_in_red(content))
    document = pikepdf.open(io.BytesIO(content))
    stamps = [
        [one for one in page.obj.Annots if one.Subtype == Name.Stamp] for page in document.pages
    ]  # fmt: skip
    slices = [float(stamp.Rect[2]) - float(stamp.Rect[0]) for [stamp] in stamps]
    assert sum(slices) == pytest.approx(42 / 25.4 * 72, abs=0.1)
    assert all(float(stamp.Rect[2]) == pytest.approx(float(page.mediabox[2]))
               for page, [stamp] in zip(document.pages, stamps, strict=True))  # fmt: skip
    single = drawn("D04").pdf
    assert with_seam(single, sealing.seal_pdf(NAME)) == single


def test_the_slices_side_by_side_are_the_whole_seal() -> None:
    document = pikepdf.open(io.BytesIO(seal("D57")))
    moves = []
    for page in document.pages:
        [stamp] = [one for one in page.obj.Annots if one.Subtype == Name.Stamp]
        operands, _ = pikepdf.parse_content_stream(stamp.AP.N)[1]
        moves.append((-float(operands[4]), float(stamp.AP.N.BBox[2])))
    for (start, width), (following, _) in zip(moves, moves[1:], strict=False):
        assert start + width == pytest.approx(following, abs=0.01)
    assert moves[0][0] == pytest.approx(0)


@pytest.mark.parametrize("pages", [2, 3, MOST_PAGES, MOST_PAGES + 1, 25, 101])
def test_many_pages_share_as_few_seals_as_can_be_read(pages: int) -> None:
    sizes = [len(group) for group in groups(range(pages))]
    assert sum(sizes) == pages
    assert len(sizes) == -(-pages // MOST_PAGES)
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 2


def flipped(content: bytes, place: int, bit: int) -> bytes:
    """The same file with one bit turned."""
    return content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]


def test_a_flipped_byte_breaks_the_seal() -> None:
    """Everywhere but in the signature itself, where it is the digest in the register that finds it."""
    content = seal("D04")
    _, before, after, _ = PdfFileReader(io.BytesIO(content)).embedded_signatures[0].byte_range
    dice = random.Random(11)
    places = [place for place in dice.sample(range(len(content)), FLIPS) if not before <= place < after]
    padding = list(range(after - 40, after - 1))
    for place in places + padding:
        assert not is_intact(flipped(content, place, 1 << dice.randrange(8))), place


def test_what_is_added_after_the_seal_is_found() -> None:
    content = seal("D04")
    assert not is_intact(content + b"\n% more")
    document = pikepdf.open(io.BytesIO(content))
    out = io.BytesIO()
    document.save(out)
    assert not is_intact(out.getvalue())
    assert not is_intact(drawn("D04").pdf)
    assert not is_intact(b"not a PDF")


def test_another_installation_s_seal_is_not_ours(tmp_path: Path, settings: Any) -> None:
    ours = settings.HOME_DIR
    settings.HOME_DIR = tmp_path
    forget()
    theirs = seal("D60")
    assert is_intact(theirs)
    settings.HOME_DIR = ours
    forget()
    assert not is_intact(theirs)


def forget() -> None:
    """Forget certificates and devices that were read."""
    for kept in (sealing._signer, sealing.roots, sealing._style, tokens.signer):
        kept.cache_clear()


Change = Callable[[pikepdf.Pdf], None]


def _without_font(document: pikepdf.Pdf) -> None:
    descriptor = next(one for one in document.objects if isinstance(one, Dictionary) and "/FontFile2" in one
                      or isinstance(one, Dictionary) and "/FontFile3" in one)  # fmt: skip
    for name in ("/FontFile2", "/FontFile3"):
        if name in descriptor:
            del descriptor[name]


def _foreign_font_in_appearance(document: pikepdf.Pdf) -> None:
    font = document.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
    drawing = document.make_stream(b"BT /F 9 Tf (x) Tj ET", Subtype=Name.Form, Type=Name.XObject,
                                   BBox=Array([0, 0, 9, 9]), Resources=Dictionary(Font=Dictionary(F=font)))  # fmt: skip
    stamp = Dictionary(Type=Name.Annot, Subtype=Name.Stamp, Rect=Array([0, 0, 9, 9]), F=4, AP=Dictionary(N=drawing))
    document.pages[0].obj.Annots = Array([document.make_indirect(stamp)])


def _script(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert(1)")


def _attachment(document: pikepdf.Pdf) -> None:
    document.attachments["x.txt"] = b"x"


def _no_intent(document: pikepdf.Pdf) -> None:
    del document.Root.OutputIntents


def _no_metadata(document: pikepdf.Pdf) -> None:
    del document.Root.Metadata


def _other_part(document: pikepdf.Pdf) -> None:
    packet = document.Root.Metadata
    packet.write(packet.read_bytes().replace(b"part>2<", b"part>1<").replace(b'part="2"', b'part="1"'))


def _hidden_note(document: pikepdf.Pdf) -> None:
    note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), F=2)
    document.pages[0].obj.Annots = Array([document.make_indirect(note)])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (_without_font, "没有嵌入"), (_foreign_font_in_appearance, "Helvetica"), (_script, "JavaScript"),
        (_attachment, "附件"), (_no_intent, "输出意图"), (_no_metadata, "XMP"), (_other_part, "XMP"),
        (_hidden_note, "隐藏"),
    ],
)  # fmt: skip
def test_the_check_names_what_keeps_a_file_from_being_pdfa(change: Change, word: str) -> None:
    document = pikepdf.open(io.BytesIO(drawn("D60").pdf))
    change(document)
    out = io.BytesIO()
    document.save(out)
    assert word in "；".join(pdfa_check.faults(out.getvalue()))


def test_the_check_names_encryption_and_what_is_no_pdf() -> None:
    document = pikepdf.open(io.BytesIO(drawn("D60").pdf))
    out = io.BytesIO()
    document.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    assert "文件加密" in pdfa_check.faults(out.getvalue())
    assert pdfa_check.faults(b"no") == ["文件打不开（PdfError）"]


@pytest.fixture
def device(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A token in software that holds the bureau's key and certificate; settings name it."""
    (tmp_path / "tokens").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {tmp_path}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    tool = shutil.which("softhsm2-util") or "/usr/bin/softhsm2-util"
    subprocess.run([tool, "--init-token", "--free", "--label", "seal", "--pin", "1234", "--so-pin", "1234"],
                   check=True, capture_output=True)  # fmt: skip
    settings.HOME_DIR = tmp_path / "home"
    pair = certificates.bureau(CODE, NAME)
    key = tmp_path / "key.pem"
    key.write_bytes(load_pem_private_key(pair.key.read_bytes(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))  # fmt: skip
    subprocess.run([tool, "--import", str(key), "--token", "seal", "--label", f"bureau-{CODE}", "--id", "01",
                    "--pin", "1234"], check=True, capture_output=True)  # fmt: skip
    certificate = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    with lib(SOFTHSM).get_token(token_label="seal").open(rw=True, user_pin="1234") as session:
        session.create_object({
            Attribute.CLASS: ObjectClass.CERTIFICATE, Attribute.CERTIFICATE_TYPE: 0, Attribute.TOKEN: True,
            Attribute.LABEL: f"bureau-{CODE}", Attribute.ID: b"\x01",
            Attribute.SUBJECT: certificate.subject.public_bytes(), Attribute.ISSUER: certificate.issuer.public_bytes(),
            Attribute.VALUE: certificate.public_bytes(Encoding.DER),
        })  # fmt: skip
    pin = tmp_path / "pin"
    pin.write_text("1234\n")
    roots = tmp_path / "roots.pem"
    shutil.copy(certificates.authority().certificate, roots)
    settings.PKCS11_MODULE, settings.PKCS11_TOKEN, settings.PKCS11_PIN_FILE = SOFTHSM, "seal", str(pin)
    settings.PKCS11_ROOTS = str(roots)
    shutil.rmtree(settings.HOME_DIR / "secrets" / "certificates")
    forget()
    yield
    forget()


@pytest.mark.skipif(not SOFTHSM, reason="softhsm2 is a Debian package that this machine lacks")
def test_a_device_seals_in_place_of_the_demo_certificate(device: None) -> None:
    content = seal("D04")
    assert is_intact(content)
    assert pdfa_check.faults(content) == []
    with pytest.raises(Refused) as refusal:
        tokens.signer("T999")
    assert refusal.value.code == "seal_device_missing"
