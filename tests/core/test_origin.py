"""At which addresses keys fit, and how a browser writes those at which they do not. Pure."""

from __future__ import annotations

import pytest

from zhuanmai.core import origin


@pytest.mark.parametrize(
    "address, fault",
    [
        ("https://zm.example.cn", ""),
        ("https://zm.example.cn:8443", ""),
        ("http://localhost:8000", ""),
        ("http://localhost", ""),
        ("https://localhost", ""),
        ("https://zm.example.cn:443", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("http://localhost:80", "写法与浏览器不同，应写 http://localhost"),
        ("https://ZM.example.cn", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("HTTPS://zm.example.cn", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("https://zm.example.cn/zhuanmai", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("https://zm.example.cn/", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("https://zm.example.cn?a=1", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("https://user@zm.example.cn", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("https://专卖.example.cn", "写法与浏览器不同，应写 https://xn--ohq11k.example.cn"),
        (" https://zm.example.cn", "写法与浏览器不同，应写 https://zm.example.cn"),
        ("http://zm.example.cn", "不是 https"),
        ("http://localhost.example.cn", "不是 https"),
        ("https://10.1.2.3", "主机是 IP 地址，钥匙只认域名"),
        ("https://[::1]:8443", "主机是 IP 地址，钥匙只认域名"),
        ("http://127.0.0.1:8000", "主机是 IP 地址，钥匙只认域名"),
        ("zm.example.cn", "不是网址"),
        ("ftp://zm.example.cn", "不是网址"),
        ("https://", "不是网址"),
        ("https://zm.example.cn:99999", "不是网址"),
        ("", "不是网址"),
    ],
)
def test_keys_fit_an_address_as_a_browser_writes_it(address: str, fault: str) -> None:
    assert origin.fault(address) == fault
