"""Bad rows of the workbook: each kind spoils a good row in one way that the import must notice."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import clock
from models.certification.tables import CertificationApplication
from models.people.rules import RESIDENT_ID, make_id_no
from models.people.tables import Person
from models.planning.choices import PlanStatus
from models.planning.tables import WorkPlan
from models.reference.tables import Org, OrgKind
from models.restriction.rules import in_force
from models.restriction.tables import RestrictionEntry
from models.workflow.sql import value
from seed.workbook.rows import EVERYBODY, Cells, Office

_FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
_IDENTITY = ("姓名", "证件类型", "证件号码", "性别", "出生日期")
#: Mandatory headings that are left empty in turn.
MANDATORY = (
    "姓名",
    "证件号码",
    "手机号码",
    "确认点",
    "最高学历",
    "通讯地址",
    "民族",
    "认定机构",
    "任教学科",
)


@dataclass(slots=True)
class Stock:
    """What is in the database that a bad row can run into; each list is used in turn."""

    rng: Random
    office: Office
    #: Applicants of the plan, people known elsewhere, and restricted people: cells of identity.
    applied: Iterator[Cells]
    elsewhere: Iterator[Cells]
    restricted: Iterator[Cells]
    foreign_sites: Iterator[str]
    closed_plan: str
    mandatory: Iterator[str] = field(default_factory=lambda: cycle(MANDATORY))
    #: The last good rows, by their cells of identity.
    earlier: deque[Cells] = field(default_factory=lambda: deque(maxlen=200))

    def remember(self, cells: Cells) -> None:
        """Take note of a good row, so that a bad one can repeat its person."""
        self.earlier.append({heading: cells[heading] for heading in _IDENTITY})


def make_stock(session: Session, rng: Random, office: Office) -> Stock:
    """Read from the database what the bad rows need."""
    app = CertificationApplication
    applied = select(app.name, app.id_no, app.sex, app.birth_date).where(
        app.plan_id == office.plan.id, app.id_type == RESIDENT_ID
    )
    here = select(app.person_id).where(app.plan_id == office.plan.id)
    elsewhere = select(Person.name, Person.id_no, Person.sex, Person.birth_date).where(
        Person.id_type == RESIDENT_ID, Person.id.not_in(here)
    )
    return Stock(
        rng,
        office,
        _in_turn(session, applied.order_by(app.id)),
        _in_turn(session, elsewhere.order_by(Person.id)),
        _in_turn(session, _restricted(office).order_by(RestrictionEntry.id)),
        cycle(_foreign_sites(session, office)),
        _closed_plan(session, office),
    )


def _in_turn(session: Session, people: Any) -> Iterator[Cells]:
    found = session.execute(people, execution_options=EVERYBODY)
    return cycle([_identity(*row) for row in found])


def _identity(name: str, id_no: str, sex: str | None = None, birth: date | None = None) -> Cells:
    words = {"1": "男", "2": "女"}
    sex = sex or ("1" if int(id_no[16]) % 2 else "2")
    birth = birth or date.fromisoformat(f"{id_no[6:10]}-{id_no[10:12]}-{id_no[12:14]}")
    return dict(zip(_IDENTITY, (name, "居民身份证", id_no, words[sex], birth), strict=True))


def _restricted(office: Office) -> Any:
    """Return people whom another office restricts and who have no application in the plan."""
    entry, app = RestrictionEntry, CertificationApplication
    applied = select(app.id_no).where(app.plan_id == office.plan.id)
    today = value(clock.today(), entry.effective_from.type)
    return select(entry.name, entry.id_no).where(
        in_force(entry, today),
        entry.id_type == RESIDENT_ID,
        entry.org_id != office.org.id,
        entry.id_no.not_in(applied),
    )


def _foreign_sites(session: Session, office: Office) -> Sequence[str]:
    own = [site.name for site in office.sites]
    return session.scalars(
        select(Org.name)
        .where(Org.kind == OrgKind.site, Org.parent_id != office.org.id, Org.name.not_in(own))
        .order_by(Org.id)
    ).all()


def _closed_plan(session: Session, office: Office) -> str:
    closed = (PlanStatus.closed.value, PlanStatus.archived.value)
    return (
        session.scalars(
            select(WorkPlan.name)
            .where(WorkPlan.org_id == office.org.id, WorkPlan.status.in_(closed))
            .order_by(WorkPlan.id)
        ).first()
        or f"{office.plan.year - 1}年教师资格认定"
    )


def _day_of(cells: Cells) -> date:
    day: date = cells["出生日期"]
    return day


def _resident(cells: Cells, number: str) -> Cells:
    """Make the row that of a resident with this number, whatever document it had."""
    return cells | {"证件类型": "居民身份证", "证件号码": number}


def _number(stock: Stock, cells: Cells) -> str:
    """Return a right number that agrees with the row's sex and birth date and does not end in X."""
    while True:
        order = stock.rng.randrange(500) * 2 + (cells["性别"] == "男")
        number = make_id_no("440106", _day_of(cells), order)
        if number[-1] != "X":
            return number


def _wrong_checksum(stock: Stock, cells: Cells) -> Cells:
    number = _number(stock, cells)
    return _resident(cells, number[:-1] + str((int(number[-1]) + 3) % 10))


def _february_30(stock: Stock, cells: Cells) -> Cells:
    number = _number(stock, cells)
    return _resident(cells, f"{number[:10]}0230{number[14:]}")


def _rounded(stock: Stock, cells: Cells) -> Cells:
    return cells | {"证件类型": "居民身份证", "证件号码": float(_number(stock, cells))}


def _too_short(stock: Stock, cells: Cells) -> Cells:
    return _resident(cells, _number(stock, cells)[:-1])


def _full_width(stock: Stock, cells: Cells) -> Cells:
    return _resident(cells, _number(stock, cells).translate(_FULL_WIDTH))


def _other_birthday(stock: Stock, cells: Cells) -> Cells:
    day = _day_of(cells)
    return _resident(cells, _number(stock, cells)) | {"出生日期": day + timedelta(days=31)}


def _other_sex(stock: Stock, cells: Cells) -> Cells:
    other = "女" if cells["性别"] == "男" else "男"
    return _resident(cells, _number(stock, cells)) | {"性别": other}


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(clock.SHANGHAI).replace(tzinfo=None)


def _too_early(stock: Stock, cells: Cells) -> Cells:
    return cells | {"提交时间": _wall(stock.office.plan.apply_start - timedelta(hours=5))}


def _too_late(stock: Stock, cells: Cells) -> Cells:
    return cells | {"提交时间": _wall(stock.office.plan.apply_end + timedelta(hours=5))}


def _closed(stock: Stock, cells: Cells) -> Cells:
    return cells | {"认定计划": stock.closed_plan}


def _same_as_earlier(stock: Stock, cells: Cells) -> Cells:
    if not stock.earlier:
        return _wrong_checksum(stock, cells)
    return cells | stock.rng.choice(stock.earlier)


def _known_by_another_name(stock: Stock, cells: Cells) -> Cells:
    person = next(stock.elsewhere)
    name = cells["姓名"] if cells["姓名"] != person["姓名"] else cells["姓名"] + "一"
    return cells | person | {"姓名": name}


def _put(heading: str, junk: Any) -> Callable[[Stock, Cells], Cells]:
    return lambda _stock, cells: cells | {heading: junk}


#: Kind → how it spoils a good row. The order is that in which the kinds are dealt.
FAULTS: dict[str, Callable[[Stock, Cells], Cells]] = {
    "wrong_checksum": _wrong_checksum,
    "unknown_authority": _put("认定机构", "广州市天何区教育局"),
    "before_window": _too_early,
    "duplicate_application": lambda stock, cells: cells | next(stock.applied),
    "duplicate_row": _same_as_earlier,
    "number_as_float": _rounded,
    "full_width_id": _full_width,
    "missing_field": lambda stock, cells: cells | {next(stock.mandatory): None},
    "restricted": lambda stock, cells: cells | next(stock.restricted),
    "unknown_subject": _put("任教学科", "星际航行学"),
    "type_not_offered": lambda stock, cells: (
        cells | {"申请资格种类": "高级中学", "任教学科": "语文"}
    ),
    "foreign_site": lambda stock, cells: cells | {"确认点": next(stock.foreign_sites)},
    "birth_date_differs": _other_birthday,
    "known_other_name": _known_by_another_name,
    "bad_mobile": _put("手机号码", "12345678901"),
    "february_30": _february_30,
    "invisible_characters": lambda _s, cells: (
        cells | {"姓名": f"{cells['姓名'][0]}\u200b{cells['姓名'][1:]}"}
    ),
    "closed_plan": _closed,
    "after_window": _too_late,
    "sex_differs": _other_sex,
    "too_short": _too_short,
    "no_date": _put("毕业日期", "2019-13-45"),
    "unknown_code": _put("民族", "=1+1"),
    "mobile_as_text": _put("手机号码", "１３８００１３８０００"),
    "resume_reversed": _put("简历", "2020-09~2016-06|某大学|学生|张某"),
}
