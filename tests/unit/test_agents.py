"""What a browser says it is, in words."""

from __future__ import annotations

import pytest

from views.me.agents import browser_of, is_phone

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
ANDROID = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)"
HARMONY = "Mozilla/5.0 (Phone; OpenHarmony 5.0) AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("line", "words", "phone"),
    [
        (f"{WINDOWS} Chrome/126.0.0.0 Safari/537.36", "Chrome 126 · Windows", False),
        (f"{WINDOWS} Chrome/126.0.0.0 Safari/537.36 Edg/126.0", "Edge 126 · Windows", False),
        (f"{WINDOWS} Chrome/94.0 Safari/537.36 QQBrowser/11.9", "QQ 浏览器 11 · Windows", False),
        (f"{WINDOWS} Chrome/86.0 Safari/537.36 360SE", "360 浏览器 · Windows", False),
        (f"{WINDOWS} Chrome/80.0 Safari/537.36 SE 2.X MetaSr 1.0", "搜狗浏览器 1 · Windows", False),
        (f"{MAC} Version/17.5 Safari/605.1.15", "Safari 17 · macOS", False),
        (f"{IPHONE} Version/17.5 Mobile/15E148 Safari/604.1", "Safari 17 · iPhone", True),
        (f"{IPHONE} MicroMessenger/8.0.49", "微信 8 · iPhone", True),
        (f"{ANDROID} Chrome/126.0.0.0 Mobile Safari/537.36", "Chrome 126 · 安卓", True),
        (f"{HARMONY} HuaweiBrowser/5.0 Mobile", "华为浏览器 5 · 鸿蒙", True),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Firefox/128.0", "Firefox 128 · Linux", False),
        (
            "Mozilla/5.0 (Windows NT 6.1; Trident/7.0; rv:11.0) like Gecko",
            "Internet Explorer 11 · Windows",
            False,
        ),
        ("curl/8.5.0", "脚本 8", False),
        ("", "其他浏览器", False),
        (None, "其他浏览器", False),
        ("<script>", "其他浏览器", False),
    ],
)
def test_a_browser_in_words(line: str | None, words: str, phone: bool) -> None:
    assert browser_of(line).zh == words
    assert is_phone(line) is phone
