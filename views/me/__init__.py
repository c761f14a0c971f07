"""One's own page: profile, password, second factor, devices, display."""

from __future__ import annotations

from views.me import devices, display, password, profile, second_factor
from views.me.frame import pages

#: The sections register themselves with the blueprint when they are imported.
SECTIONS = (profile, password, second_factor, devices, display)

__all__ = ["SECTIONS", "pages"]
