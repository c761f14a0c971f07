"""Makes up applicants: identity, studies, work and résumé that agree with each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from models.base.names import name_sort_key
from models.people.rules import make_id_no
from seed.demo import studies
from seed.demo.names import make_name
from seed.demo.places import ZIP_AREAS

#: Months from the end of school to the start of study, and so on: résumés have no gaps to speak of.
_JUNE_END = (6, 30)


@dataclass(frozen=True, slots=True)
class Place:
    """A county as people write it in their address."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ResumeLine:
    """One line of a résumé; months are their first days, ``end`` None means until now."""

    start: date
    end: date | None
    unit: str
    position: str
    witness: str


@dataclass(slots=True)
class Applicant:
    """A person as applying: columns of the application by name, codes as stored, and the résumé."""

    fields: dict[str, Any]
    subject_code: str
    resume: list[ResumeLine]
    #: Number of the pass of the national examination; None for another examination.
    pass_number: str | None = None


@dataclass(slots=True)
class People:
    """A source of people, nobody twice; the same sequence for the same seed, places and day."""

    rng: Random
    today: date
    #: Counties by province: where people come from.
    homes: Mapping[str, Sequence[Place]]
    universities: Sequence[str]
    #: Document and mobile numbers that are in use.
    taken: set[str] = field(default_factory=set)

    def make(self, at: Place, types: Sequence[int]) -> Applicant:
        """Make up somebody who applies for one of ``types`` at the county or city ``at``."""
        (kind,) = self.rng.choices(types, [studies.DEMAND[type_] for type_ in types])
        options = studies.CHOICES[kind]
        (choice,) = self.rng.choices(options, range(len(options) + 2, 2, -1))
        fields = self._identity(at) | {"qualification_type": kind, "major_code": choice[1]}
        fields |= self._studies(fields, kind)
        fields |= self._language(choice[0])
        fields |= self._contact(fields, at)
        work = self._work(fields, at)
        fields |= {name: work[name] for name in ("work_unit", "occupation_code", "title_code")}
        return Applicant(fields, choice[0], self._resume(fields, at, work))

    def _identity(self, at: Place) -> dict[str, Any]:
        sex = "1" if self.rng.random() < 0.27 else "2"
        age_days = int(self.rng.triangular(21.5, 46, 23.5) * 365.25)
        birth = self.today - timedelta(days=age_days)
        id_type, id_no = self._document(at, birth, sex)
        return {
            "name": make_name(self.rng, sex),
            "id_type": id_type,
            "id_no": id_no,
            "sex": sex,
            "birth_date": birth,
            "ethnic_code": self._weighted(studies.ETHNIC),
            "political_code": self._weighted(studies.POLITICAL),
        }

    def _weighted(self, weights: Mapping[str, int]) -> str:
        (chosen,) = self.rng.choices(list(weights), list(weights.values()))
        return chosen

    def _document(self, at: Place, birth: date, sex: str) -> tuple[str, str]:
        chance = self.rng.random()
        if chance < 0.008:
            return "C", self._fresh(
                lambda: f"{self.rng.choice('HM')}{self.rng.randrange(10**8):08d}"
            )
        if chance < 0.012:
            return "D", self._fresh(lambda: self._numbered("810000", birth, sex))
        province = at.code[:2]
        if self.rng.random() > 0.7:
            province = self.rng.choice(sorted(self.homes))
        home = self.rng.choice(self.homes[province])
        return "1", self._fresh(lambda: self._numbered(home.code, birth, sex))

    def _numbered(self, area: str, birth: date, sex: str) -> str:
        return make_id_no(area, birth, self.rng.randrange(500) * 2 + (sex == "1"))

    def _fresh(self, make: Any) -> str:
        while (made := str(make())) in self.taken:
            pass
        self.taken.add(made)
        return made

    def _studies(self, person: Mapping[str, Any], kind: int) -> dict[str, Any]:
        chance = self.rng.random()
        if kind <= 2 and chance < 0.35:
            level, degree, years, school = "31", "0", 3, self.rng.choice(studies.COLLEGES)
        elif chance > 0.88:
            level, degree, years, school = "14", "3", 3, self.rng.choice(self.universities)
        else:
            level, degree, years, school = "21", "4", 4, self.rng.choice(self.universities)
        age = {"31": 21, "21": 22, "14": 25}[level]
        year = min(person["birth_date"].year + age, self.today.year)
        return {
            "edu_level_code": level,
            "degree_code": degree,
            "school_name": school,
            "major_category_code": "1" if self.rng.random() < 0.6 else "2",
            "learn_form_code": "1" if self.rng.random() < 0.85 else self.rng.choice("3456"),
            "graduated_on": date(year, *_JUNE_END),
            "is_fresh_graduate": year == self.today.year,
            "exam_channel": "national_exam" if self.rng.random() < 0.9 else "other",
            "study_years": years,
        }

    def _language(self, subject: str) -> dict[str, Any]:
        level = self.rng.choice("233" if subject == "201001" else "3344442")
        number = f"{self.rng.randrange(44, 52)}{self.rng.randrange(10**11):011d}"
        return {"pth_level_code": level, "pth_cert_no": number}

    def _contact(self, person: Mapping[str, Any], at: Place) -> dict[str, Any]:
        road, number = self.rng.choice(studies.ROADS), self.rng.randrange(1, 300)
        flat = (
            f"{self.rng.randrange(1, 19)}栋{self.rng.randrange(1, 30)}0{self.rng.randrange(1, 7)}房"
        )
        spelled = name_sort_key(person["name"]).replace(" ", "")
        basis = self.rng.choice(("household", "household", "residence", "workplace"))
        return {
            "place_basis": "study" if person["is_fresh_graduate"] else basis,
            "address": f"{at.name}{road}{number}号{flat}",
            "zip_code": f"{ZIP_AREAS[at.code[:4]]}{self.rng.randrange(1000):03d}",
            "mobile": self._fresh(
                lambda: f"{self.rng.choice(studies.PHONE_PREFIXES)}{self.rng.randrange(10**8):08d}"
            ),
            "email": f"{spelled}{self.rng.randrange(100, 1000)}@example.com",
        }

    def _work(self, person: Mapping[str, Any], at: Place) -> dict[str, Any]:
        if person["is_fresh_graduate"]:
            return {"work_unit": None, "occupation_code": "01", "title_code": "0", "position": ""}
        code, name, position = self.rng.choice(studies.EMPLOYERS)
        return {
            "work_unit": f"{at.name}{name}",
            "occupation_code": code,
            "title_code": "0",
            "position": position,
        }

    def _resume(
        self, person: dict[str, Any], at: Place, work: Mapping[str, Any]
    ) -> list[ResumeLine]:
        left: date = person["graduated_on"]
        began = date(left.year - person.pop("study_years"), 9, 1)
        lines = [
            ResumeLine(
                date(began.year - 3, 9, 1), date(began.year, 6, 1), f"{at.name}第一中学", "学生",
                make_name(self.rng, "1"),
            ),
            ResumeLine(
                began, left.replace(day=1), person["school_name"], "学生", make_name(self.rng, "2")
            ),
        ]  # fmt: skip
        if work["work_unit"]:
            lines.append(
                ResumeLine(
                    date(left.year, 9, 1), None, work["work_unit"], work["position"],
                    make_name(self.rng, "1"),
                )
            )  # fmt: skip
        return lines
