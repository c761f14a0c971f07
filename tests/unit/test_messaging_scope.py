"""Who sees which notice and message."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from models import clock
from models.accounts.tables import UserAccount
from models.base.actor import Actor, system_actor
from models.base.session import ActorSession
from models.errors import ScopeBreach
from models.messaging.tables import Message, Notice
from models.reference.tables import Org, Region
from tests.support.databases import SessionOf

CITY = {"org_id": 2, "org_path": "/1/2/", "authority_id": 2, "authority_path": "/1/2/"}
SITE = {"org_id": 3, "org_path": "/1/2/3/", "authority_id": 2, "authority_path": "/1/2/"}
OTHER = {"org_id": 4, "org_path": "/1/4/", "authority_id": 4, "authority_path": "/1/4/"}


def actor(place: dict[str, Any], user: int = 1) -> Actor:
    return Actor("u", user_id=user, is_site=place is SITE, **place)


def notice(org: int, target: str, published: bool = True) -> Notice:
    title = f"{org} {target}{'' if published else ' draft'}"
    at = clock.now() if published else None
    return Notice(title=title, body="b", org_id=org, target_scope=target, published_at=at)


@pytest.fixture
def session_as(session_of: SessionOf) -> SessionOf:
    """Fill a province over two cities, one with a site, and three users; one session at a time."""
    session = session_of(system_actor("test"))
    session.add(Region(code="11", name="北京市", level=1, province_code="11"))
    session.flush()
    for id_, kind, parent in (
        (1, "province", None),
        (2, "city", 1),
        (3, "site", 2),
        (4, "city", 1),
    ):
        session.add(
            Org(
                id=id_, name=kind, kind=kind, parent_id=parent, region_code="11", province_code="11"
            )
        )
        session.flush()
    for id_ in (1, 2, 3):
        session.add(UserAccount(id=id_, username=f"u{id_}", display_name="U", password_hash="x"))
    session.flush()
    session.add_all([notice(1, "subtree"), notice(1, "sites"), notice(1, "subtree", False)])
    session.add_all([notice(2, "sites"), notice(2, "subtree", False), notice(4, "subtree")])
    session.add_all(
        Message(subject=f"{a}->{b}", body="b", sender_id=a, recipient_id=b, org_id=2)
        for a, b in ((1, 2), (2, 1), (2, 3))
    )
    session.commit()
    opened = [session]

    def open_next(who: Actor) -> ActorSession:
        opened[-1].close()
        opened.append(session_of(who))
        return opened[-1]

    return open_next


@pytest.mark.parametrize(
    ("place", "titles"),
    [
        (CITY, ["1 subtree", "2 sites", "2 subtree draft"]),
        (SITE, ["1 sites", "1 subtree", "2 sites"]),
        (OTHER, ["1 subtree", "4 subtree"]),
    ],
    ids=["city", "site", "other city"],
)
def test_notices_come_down_the_line_once_published(
    session_as: SessionOf, place: dict[str, Any], titles: list[str]
) -> None:
    assert sorted(session_as(actor(place)).scalars(select(Notice.title))) == titles


def test_a_notice_is_changed_by_its_own_office_alone(session_as: SessionOf) -> None:
    session = session_as(actor(CITY))
    session.scalars(select(Notice).where(Notice.org_id == 2)).first().pinned = True  # type: ignore[union-attr]
    session.flush()
    session.scalars(select(Notice).where(Notice.org_id == 1)).first().pinned = True  # type: ignore[union-attr]
    with pytest.raises(ScopeBreach):
        session.flush()


def test_messages_are_seen_by_sender_and_recipient(session_as: SessionOf) -> None:
    assert sorted(session_as(actor(CITY, 1)).scalars(select(Message.subject))) == ["1->2", "2->1"]
    assert sorted(session_as(actor(CITY, 3)).scalars(select(Message.subject))) == ["2->3"]


def test_nobody_writes_in_anothers_name(session_as: SessionOf) -> None:
    session = session_as(actor(CITY, 1))
    session.add(Message(subject="s", body="b", sender_id=2, recipient_id=1))
    with pytest.raises(ScopeBreach):
        session.flush()


@pytest.mark.parametrize(("user", "may"), [(1, True), (2, False), (3, False)])
def test_what_was_sent_is_the_senders_alone(session_as: SessionOf, user: int, may: bool) -> None:
    session = session_as(actor(CITY, user))
    stored = session.get(Message, 1, execution_options={"unscoped": "test"})
    assert stored is not None
    assert stored.sender_id == 1
    stored.body = "anders"
    if may:
        session.flush()
        return
    with pytest.raises(ScopeBreach):
        session.flush()
