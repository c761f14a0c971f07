"""Personal data in forms: shown masked, written only when typed anew, so that no form reveals what
was not asked.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from typing_extensions import override

from views.base.fields import LineField
from views.base.masks import masked


class PersonalField(LineField):
    """A line whose stored value shows masked; the mask posted back means untouched, empty means
    removed.
    """

    @override
    def text(self, value: Any) -> str:
        return masked(self.info.sensitive, value) if self.info.sensitive else super().text(value)

    @override
    def parse(self, typed: str) -> str:
        if "*" in typed:
            raise ValueError(_("Please type the whole value: the stars stand for what is hidden."))
        return super().parse(typed)

    @override
    def _value(self) -> str:
        typed = self.typed
        return self.text(self.object_data) if typed is None else typed
