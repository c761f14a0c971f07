"""A desk at which workbooks of applications are written and imported."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select

from models.audit.tables import AuditLog
from models.base.actor import system_actor
from models.batch.tables import Batch
from models.certification.import_fields import FIELDS
from models.certification.importing import import_applications
from models.certification.rules import application_no
from models.certification.tables import CertificationApplication
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from models.people.tables import Person
from models.reference.tables import CodeItem, CodeSet
from models.transfer.importing import Report
from models.transfer.readers import open_sheet
from models.workflow.tables import WorkflowLog
from tests.factories.certification import World
from tests.support.databases import SessionOf

SETS = {"ETHNIC": ("01", "汉族"), "POLITICAL": ("13", "群众"), "EDU_LEVEL": ("21", "大学本科毕业")}
IDS = ("11010519491231002X", "440106199001010013", "44010619900101003X")
SYSTEM = system_actor("test")
Cells = Mapping[str, Any]


@pytest.fixture
def desk(world: World, session_of: SessionOf, tmp_path: Path) -> Desk:
    """Return the import's desk at the first office, with the code sets that rows name."""
    with session_of(SYSTEM) as session:
        for set_code, (code, name) in SETS.items():
            session.add(CodeSet(code=set_code, name=set_code))
            session.flush()
            session.add(CodeItem(set_code=set_code, code=code, name=name))
        session.commit()
    return Desk(world, session_of, tmp_path)


class Desk:
    """Writes workbooks, imports them as the office's clerk, and counts what is stored."""

    def __init__(self, world: World, session_of: SessionOf, folder: Path) -> None:
        self.world = world
        self.session_of = session_of
        self.file = folder / "apply.xlsx"

    def row(self, number: int = 0, **cells: Any) -> dict[str, Any]:
        """Return a good row; ``cells`` by heading change it."""
        office = self.world.here
        good = {
            "认定机构": office.org.name,
            "确认点": office.site.name,
            "姓名": f"王小{'明红强'[number]}",
            "证件类型": "居民身份证",
            "证件号码": IDS[number],
            "民族": "汉族",
            "政治面貌": "群众",
            "考试形式": "国家统一考试",
            "申请资格种类": "初级中学",
            "任教学科": "语文",
            "申请地依据": "户籍所在地",
            "最高学历": "大学本科毕业",
            "毕业学校": "某师范大学",
            "通讯地址": "某市某路 1 号",
            "手机号码": "13800138000",
            "简历": "2008-09~2012-06|某师范大学|学生|李老师;2012-07~今|某中学",
        }
        return good | cells

    def number(self, serial: int, **parts: Any) -> str:
        """Return an application number of the office's plan; ``parts`` change it."""
        org, plan = self.world.here.org, self.world.here.plan
        own = {"year": plan.year, "authority": org.cert_org_code, "batch_no": plan.batch_no}
        return application_no(**{"province": org.province_code, **own, "serial": serial, **parts})

    def write(self, *rows: Cells) -> Path:
        """Store the rows as a workbook of all headings."""
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.append([field.heading for field in FIELDS])
        for row in rows:
            sheet.append([row.get(field.heading) for field in FIELDS])
        book.save(self.file)
        return self.file

    def run(self, *rows: Cells, actor: Any = None, **how: Any) -> Report:
        """Import the rows, as the clerk unless another actor is named."""
        self.write(*rows)
        return self.read(actor=actor, **how)

    def read(self, *, actor: Any = None, **how: Any) -> Report:
        """Import the workbook as it is."""
        session = self.session_of(actor or self.world.here.authority)
        with open_sheet(self.file) as sheet:
            report = import_applications(
                session, session.need_actor(), sheet, file_name=self.file.name, **how
            )
        session.commit()
        return report

    def stored(self) -> dict[str, int]:
        """Return how many rows the import's tables have."""
        session = self.session_of(SYSTEM)
        tables: tuple[Any, ...] = (
            CertificationApplication, Person, ApplicationResume, ApplicationMaterial, WorkflowLog,
            AuditLog, Batch,
        )  # fmt: skip
        counts = {
            table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }
        session.rollback()
        return counts


def said(report: Report) -> list[tuple[int, str, str]]:
    """Return row, heading and words of each problem."""
    return [(p.row, p.heading, str(p.message)) for p in report.problems]
