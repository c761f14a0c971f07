"""What is kept of late forms: not for ever, not without end, and readable with both keys only."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from models import clock
from models.accounts import kept_forms, sessions
from models.accounts.tables import UserAccount
from models.accounts.tables_sign_in import KeptForm
from models.base.session import ActorSession
from models.errors import NotFound
from tests.factories.records import House


def kept_by(work: ActorSession, count: int, mark: str) -> list[str]:
    user_id = work.scalars(select(UserAccount.id).where(UserAccount.username == "authority")).one()
    tokens = [
        kept_forms.keep(
            work,
            user_id,
            kept_forms.SentForm("/admin/", [("mark", f"{mark}{n}")]),
            key="key",
            now=clock.now(),
        )
        for n in range(count)
    ]
    work.commit()
    return tokens


def test_only_the_latest_are_kept(work: ActorSession, house: House) -> None:
    assert house
    kept_by(work, kept_forms.MOST_KEPT + 3, "mark")
    assert work.scalar(select(func.count()).select_from(KeptForm)) == kept_forms.MOST_KEPT


def test_an_old_one_opens_no_more_and_goes_with_the_next(work: ActorSession, house: House) -> None:
    assert house
    (old,) = kept_by(work, 1, "old")
    user_id = work.scalars(select(KeptForm.user_id)).one()
    with clock.held(clock.now() + sessions.ABSOLUTE):
        with pytest.raises(NotFound, match="not kept any more"):
            kept_forms.look_up(work, user_id, old, key="key", now=clock.now())
        kept_by(work, 1, "new")
    assert work.scalar(select(func.count()).select_from(KeptForm)) == 1


def test_with_another_key_of_the_application_it_is_gone(work: ActorSession, house: House) -> None:
    assert house
    (token,) = kept_by(work, 1, "x")
    user_id = work.scalars(select(KeptForm.user_id)).one()
    with pytest.raises(NotFound, match="not kept any more"):
        kept_forms.look_up(work, user_id, token, key="other", now=clock.now())
