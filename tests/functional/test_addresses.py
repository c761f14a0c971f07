"""Where a sign-in may lead: only to a page of this site."""

from __future__ import annotations

import pytest

from views.base.addresses import local_path


@pytest.mark.parametrize("path", ["/admin/", "/admin/org/?q=a&sort=-name", "/admin/?x=http://y"])
def test_a_path_of_this_site_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "admin/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "/x\\y",
        "https://evil.example/",
        "javascript:alert(1)",
        "/\nSet-Cookie: a=b",
        "\u3000/admin/",
    ],
)
def test_anything_else_is_dropped(address: str | None) -> None:
    assert local_path(address) is None
