"""An anchor outside the host, as a process of its own over real HTTP: `python -m tests.ledger.partner FOLDER [posts]`.

Keeps what is PUT (with `posts`: only what is POSTed) below /heads/ in FOLDER and gives it back; answers RFC 3161 requests
at /stamp with tokens of an authority whose certificate it leaves in FOLDER/tsa.pem. Prints its port.
"""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from asn1crypto import keys, tsp, x509
from cryptography import x509 as certificates
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def partner(folder: Path, *more: str) -> Iterator[str]:
    """Its address, while the block lasts."""
    command = [sys.executable, "-m", "tests.ledger.partner", str(folder), *more]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        try:
            yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
        finally:
            process.kill()


def authority(folder: Path) -> DummyTimeStamper:
    """A time-stamp authority with a new key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = certificates.Name([certificates.NameAttribute(certificates.NameOID.COMMON_NAME, "演示时间戳")])
    now = dt.datetime.now(dt.UTC)
    made = (
        certificates.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(certificates.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=9))
        .add_extension(certificates.ExtendedKeyUsage([certificates.ExtendedKeyUsageOID.TIME_STAMPING]), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    (folder / "tsa.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    der = serialization.Encoding.DER
    plain = key.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return DummyTimeStamper(x509.Certificate.load(made.public_bytes(der)), keys.PrivateKeyInfo.load(plain))


def main(folder: Path, *, posts: bool) -> None:
    """Serve until killed."""
    stamper = authority(folder)

    class Answers(BaseHTTPRequestHandler):
        def _say(self, status: int, body: bytes = b"") -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @property
        def _place(self) -> Path:
            return folder / Path(self.path.partition("?")[0]).name

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def do_GET(self) -> None:
            self._say(200, self._place.read_bytes()) if self._place.exists() else self._say(404)

        def do_PUT(self) -> None:
            body = self._body()
            if posts:
                return self._say(405)
            self._place.write_bytes(body)
            return self._say(201)

        def do_POST(self) -> None:
            body = self._body()
            if self.path.startswith("/stamp"):
                return self._say(200, stamper.request_tsa_response(tsp.TimeStampReq.load(body)).dump())
            self._place.write_bytes(body)
            return self._say(200)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]), posts="posts" in sys.argv[2:])
