"""A tree of four organisations with a file each, and sessions of people in it."""

from __future__ import annotations

from typing import Any

import pytest

from models.accounts.tables import UserAccount
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.files.tables import Attachment
from models.reference.tables import Org, OrgQualificationType, Region
from tests.support.databases import SessionOf

ROOT, EAST, EAST_SITE, WEST = 1, 2, 3, 4
SYSTEM = system_actor("test")
FILES = Attachment.__table__.c
EVERYTHING = {"unscoped": "test"}


def actor(org: int, path: str, **given: Any) -> Actor:
    """Return a clerk of an organisation; ``authority_*`` default to it."""
    options: dict[str, Any] = {"authority_id": org, "authority_path": path, **given}
    return Actor("clerk", user_id=1, org_id=org, org_path=path, **options)


CENTRE = actor(ROOT, "/1/")
CLERK = actor(EAST, "/1/2/")
SITE = actor(EAST_SITE, "/1/2/3/", is_site=True, authority_id=EAST, authority_path="/1/2/")
SUPER = actor(ROOT, "/1/", acts_in_subtree=True, grants=frozenset({"*"}))


def org(id_: int, parent: int | None, kind: str = "county") -> Org:
    return Org(
        id=id_, name=f"o{id_}", kind=kind, parent_id=parent, region_code="0", province_code="11"
    )


def attachment(org_id: int | None, **options: Any) -> Attachment:
    values = {
        "kind": "photo",
        "mime": "image/jpeg",
        "size_bytes": 1,
        "sha256": "0",
        "storage_path": "",
    }
    return Attachment(file_name=f"f{org_id}", org_id=org_id, **values, **options)


@pytest.fixture
def open_session(session_of: SessionOf) -> SessionOf:
    """Fill the tree — centre over east (with a site) and west — with one file per organisation.

    Opening a session closes the one before: SQLite lets one writer in at a time.
    """
    session = session_of(SYSTEM)
    session.add(Region(code="0", name="全国", level=0, province_code="0"))
    for row in (org(ROOT, None, "center"), org(EAST, 1), org(EAST_SITE, 2, "site"), org(WEST, 1)):
        session.add(row)
        session.flush()
    session.add(UserAccount(id=1, username="clerk", display_name="C", password_hash="x"))
    session.add_all(attachment(id_) for id_ in (ROOT, EAST, WEST))
    session.add_all(OrgQualificationType(org_id=id_, qualification_type=1) for id_ in (EAST, WEST))
    session.commit()
    opened = [session]

    def open_next(actor: Actor) -> ActorSession:
        opened[-1].close()
        opened.append(session_of(actor))
        return opened[-1]

    return open_next


def names(session: ActorSession, statement: Any) -> list[str]:
    return sorted(session.scalars(statement))
