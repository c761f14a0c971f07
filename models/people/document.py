"""What every table with a person's document keeps by itself."""

from __future__ import annotations

from sqlalchemy.orm import validates

from models.people.rules import normalise_id_no


class HasDocument:
    """A row with ``id_no``: spelled in one way, or people, applications and restrictions miss
    each other.
    """

    @validates("id_no")
    def _normalise_id_no(self, _key: str, id_no: str | None) -> str | None:
        return normalise_id_no(id_no) if id_no else id_no
