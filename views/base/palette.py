"""The palette (Ctrl+K): pages, actions and records by what one types.

What is typed may be a personal number, so it is posted and stands in no address.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from models.base.actor import Actor
from models.base.names import phrase_sort_key
from models.errors import BadInput
from models.text import Label, msg
from models.workflow.registry import machine_of
from views.base.declaration import Declared
from views.base.finding import MOST_OF_EACH, FoundRecord, found_records, is_findable
from views.base.request import actor, session, text
from views.base.rights import is_open
from views.base.search import normalise
from views.base.shell import icon_of, panel_views
from views.base.waiting import own_states

pages = Blueprint("palette", __name__, url_prefix="/admin/find")

#: Pages and actions offered at once; typing narrows them.
MOST_PAGES = 8
NEW, LIST = Label("新增", "New record"), Label("在列表中查看全部", "See all in the list")
WORK = Label("开始处理", "Work through")
SIGN_OUT = Label("退出登录", "Sign out")
#: Pages outside the lists by their endpoint; those that this installation does not have are left
#: out.
OTHER_PAGES = (
    ("admin.index", Label("首页", "Start page"), "house"),
    ("me.profile", Label("我的账号", "Own page"), "person"),
    ("rights.mine", Label("我的权限", "My rights"), "shield-check"),
    ("help.index", Label("帮助", "Help"), "question-circle"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: where it leads. ``send`` posts to the address, ``q`` being the search it posts."""

    text: str
    url: str
    icon: str
    note: str = ""
    send: bool = False
    q: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """A page or action that is found by any of its words."""

    words: tuple[Label, ...]
    entry: Entry


@pages.post("/")
def find() -> ResponseReturnValue:
    """Answer what a text finds, in groups; pages and actions alone for an empty one."""
    who = actor()
    typed = _typed()
    term = normalise(typed)
    grids = [view for view in panel_views() if isinstance(view, Declared) and view.may(who, "list")]
    offers = ((_("Pages of the panel"), _pages(grids)), (_("Actions"), _actions(grids, who)))
    groups = [(label, _matching(offered, term)) for label, offered in offers]
    groups += _records([view for view in grids if is_findable(view, who)], who, term)
    answer = jsonify(
        groups=[
            {"label": label, "entries": [asdict(entry) for entry in entries]}
            for label, entries in groups
            if entries
        ]
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _typed() -> str:
    """Return what was typed.

    :raises BadInput: for a body that is no ``{"text": "…"}``.
    """
    body = request.get_json(silent=True)
    typed = body.get("text") if isinstance(body, dict) else None
    if not isinstance(typed, str):
        raise BadInput(msg('Send {"text": "…"} as JSON.'))
    return typed


def _pages(grids: Iterable[Declared[Any]]) -> Iterator[Offer]:
    for view in (view for view in grids if view.in_menu):
        yield Offer((view.title,), _entry(view.title, f"{view.url}/", icon_of(view)))
    for endpoint, label, icon in OTHER_PAGES:
        if endpoint in current_app.view_functions:
            yield Offer((label,), _entry(label, url_for(endpoint), icon))


def _actions(grids: Iterable[Declared[Any]], who: Actor) -> Iterator[Offer]:
    for view in grids:
        for label, url, icon in (*_own_actions(view, who), *_transitions(view, who)):
            yield Offer((label, view.title), _entry(label, url, icon, view.title))
    yield Offer((SIGN_OUT,), _entry(SIGN_OUT, url_for("logout"), "box-arrow-right", send=True))


def _own_actions(view: Declared[Any], who: Actor) -> Iterator[tuple[Label, str, str]]:
    if view.in_menu and view.can_create and view.may(who, "create"):
        yield NEW, f"{view.url}/new/", "plus-lg"
    machine = machine_of(view.mapped)
    if machine and getattr(view, "queue_view", None) and own_states(who, view, machine):
        yield WORK, f"{view.url}/queue/", "check2-square"
    for each in view.further:
        if view.may(who, each.act):
            yield each.label, f"{view.url}/{each.path}", each.icon


def _transitions(view: Declared[Any], who: Actor) -> Iterator[tuple[Label, str, str]]:
    """Yield each verb of the role with the list of the records that it starts from."""
    machine = machine_of(view.mapped)
    if machine is None or not view.in_menu or not is_open(view.mapped, machine.column):
        return
    for transition in machine.transitions:
        if view.may(who, transition.name):
            states = ",".join(state.value for state in transition.sources)
            state_name = view.column(machine.column).name
            url = f"{view.url}/?filter={state_name}:in:{states}"
            yield transition.label, url, "arrow-right"


def _entry(
    label: Label, url: str, icon: str, note: Label | None = None, *, send: bool = False
) -> Entry:
    return Entry(text(label), url, icon, text(note) if note else "", send)


def _matching(offers: Iterable[Offer], term: str) -> list[Entry]:
    """Return the first offers of which every typed word is found; all begin alike for no word."""
    wanted = term.lower().split()
    found = [o for o in offers if all(any(map(_finds(w), o.words)) for w in wanted)]
    begin = _finds(term.lower(), beginning=True)
    return [o.entry for o in sorted(found, key=lambda o: not begin(o.words[0]))][:MOST_PAGES]


def _finds(word: str, *, beginning: bool = False) -> Callable[[Label], bool]:
    """Return what says whether a word is part of a label, of its pinyin, or begins its initials."""

    def finds(label: Label) -> bool:
        spelled = phrase_sort_key(label.zh)
        first = "".join(syllable[0] for syllable in spelled.split())
        texts = (label.zh.lower(), label.en.lower(), spelled.replace(" ", ""))
        inside = any(t.startswith(word) if beginning else word in t for t in texts)
        return inside or first.startswith(word)

    return finds


def _records(
    grids: list[Declared[Any]], who: Actor, term: str
) -> Iterator[tuple[str, list[Entry]]]:
    found = found_records(session(), who, grids, term)
    for view in grids:
        records = found.get(view.endpoint)
        if records:
            entries = [_record(view, record) for record in records]
            if len(records) == MOST_OF_EACH:
                url = f"{view.url}/search/"
                entries.append(Entry(text(LIST), url, "search", send=True, q=term))
            yield text(view.title), entries


def _record(view: Declared[Any], record: FoundRecord) -> Entry:
    name = record.name if record.name != record.title else ""
    notes = (name, text(record.state) if record.state else "")
    url = f"{view.url}/{view.record_url.format(id=record.id)}"
    return Entry(record.title, url, icon_of(view), " · ".join(note for note in notes if note))
