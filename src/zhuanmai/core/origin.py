"""The origin that a browser signs with a key: scheme, host and port as the standard writes them (WebAuthn 2, RFC 6454).

A key is bound to it, so an address that is written otherwise (`:443`, capitals, a path) refuses every key. Pure.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import SplitResult, urlsplit

_USUAL = {"https": 443, "http": 80}
_HERE = "localhost"


def written(address: str) -> str:
    """The address as a browser writes it: lower case, without usual port, path and user. Raises ValueError."""
    parts = urlsplit(address.strip())
    host, port = _host(parts), parts.port
    if parts.scheme not in _USUAL or not host:
        raise ValueError(f"no address of the web: {address}")
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != _USUAL[parts.scheme] else "")


def fault(address: str) -> str:
    """Why no key would ever fit this address, in words; empty where keys fit."""
    try:
        origin = written(address)
    except ValueError:
        return "不是网址"
    host = urlsplit(origin).hostname or ""
    if _is_number(host):
        return "主机是 IP 地址，钥匙只认域名"
    if not origin.startswith("https://") and host != _HERE:
        return "不是 https"
    if address != origin:
        return f"写法与浏览器不同，应写 {origin}"
    return ""


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if ":" in host:
        return f"[{host}]"
    return host.encode("idna").decode("ascii")


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
