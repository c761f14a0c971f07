"""What a browser says it is, in words: "Chrome 126, Windows"."""

from __future__ import annotations

import re
from typing import Final

from models.text import Label

#: Pattern of a browser → its name, the special before the common whose words they repeat.
_BROWSERS: Final = (
    (r"MicroMessenger/(\d+)", Label("微信", "WeChat")),
    (r"(?:QQBrowser|MQQBrowser)/(\d+)", Label("QQ 浏览器", "QQ Browser")),
    (r"(?:360SE|360EE|QihooBrowser|QHBrowser)(?:/(\d+))?", Label("360 浏览器", "360 Browser")),
    (r"(?:MetaSr|SogouMobileBrowser)[ /]?(\d+)?", Label("搜狗浏览器", "Sogou Explorer")),
    (r"(?:UCBrowser|UBrowser)/(\d+)", Label("UC 浏览器", "UC Browser")),
    (r"HuaweiBrowser/(\d+)", Label("华为浏览器", "Huawei Browser")),
    (r"Edg(?:A|iOS)?/(\d+)", Label("Edge", "Edge")),
    (r"(?:Firefox|FxiOS)/(\d+)", Label("Firefox", "Firefox")),
    (r"(?:HeadlessChrome|Chrome|CriOS)/(\d+)", Label("Chrome", "Chrome")),
    (r"Version/(\d+).*Safari/", Label("Safari", "Safari")),
    (r"(?:MSIE |Trident/.*rv:)(\d+)", Label("Internet Explorer", "Internet Explorer")),
    (r"(?:curl|Wget|python-requests|Werkzeug|Python-urllib)/(\d+)", Label("脚本", "Script")),
)
_SYSTEMS: Final = (
    (r"HarmonyOS|OpenHarmony", Label("鸿蒙", "HarmonyOS")),
    (r"iPhone", Label("iPhone", "iPhone")),
    (r"iPad", Label("iPad", "iPad")),
    (r"Android", Label("安卓", "Android")),
    (r"Windows", Label("Windows", "Windows")),
    (r"Macintosh|Mac OS X", Label("macOS", "macOS")),
    (r"UOS", Label("统信 UOS", "UOS")),
    (r"Linux|X11", Label("Linux", "Linux")),
)
_OTHER: Final = Label("其他浏览器", "Other browser")
_PHONES: Final = re.compile(
    r"iPhone|Android.*Mobile|\(Phone; |Mobile.*(?:Harmony|OpenHarmony)|HarmonyOS.*Mobile"
)


def browser_of(agent: str | None) -> Label:
    """Return browser, its main version and the system that an agent's line names."""
    line = agent or ""
    browser = _OTHER
    for pattern, name in _BROWSERS:
        found = re.search(pattern, line)
        if found:
            version = f" {found[1]}" if found[1] else ""
            browser = Label(name.zh + version, name.en + version)
            break
    system = next((name for pattern, name in _SYSTEMS if re.search(pattern, line)), None)
    if system is None:
        return browser
    return Label(f"{browser.zh} · {system.zh}", f"{browser.en} · {system.en}")


def is_phone(agent: str | None) -> bool:
    """Say whether an agent's line is that of a telephone."""
    return _PHONES.search(agent or "") is not None
