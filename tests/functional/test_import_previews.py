"""What the pages of an import show beside what is refused: columns with their values, new rows, and
what is to be done afterwards.
"""

from __future__ import annotations

import re
from io import BytesIO

from sqlalchemy import select

from models.base.session import ActorSession
from models.reference.tables import Org, OrgKind
from tests.factories.main_job import Job
from tests.support.import_pages import ORGS, begun, post, region
from tests.support.main_job import at_desk, job, words
from tests.support.record_pages import Ask, SignIn, ask, work

__all__ = ["ask", "at_desk", "job", "work"]


def test_columns_show_their_first_values_and_which_are_not_read(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, place = at_desk("authority"), region(work)
    lines = ("名称,类别,行政区划,别的", f"甲点,确认点,{place},x<y", f"乙点,确认点,{place},")
    sent = BytesIO("\n".join(lines).encode())
    path = post(clerk, ORGS, file=(sent, "a.csv")).location
    page = clerk.get(path).text
    assert "例如：甲点、乙点" in words(page)
    assert "例如：x<y" in words(page)
    assert "有 1 列不读取" in words(page)
    assert re.search(r'for="column-3">别的 <span[^>]*>不读取', page)
    assert not re.search(r'for="column-0">名称 <span[^>]*>不读取', page)


def test_a_preview_folds_the_columns_and_lists_new_rows(
    at_desk: SignIn, job: Job, work: ActorSession
) -> None:
    clerk, place = at_desk("authority"), region(work)
    path = begun(clerk, f"甲点,确认点,{place},1")
    page = clerk.get(path).text
    assert re.search(r'<details class="panel mapping"><summary>文件的列', page)
    assert "新增" in words(page)
    assert re.search(r'data-label="记录">甲点', page)


def test_an_import_of_accounts_tells_where_the_initial_passwords_are(
    at_desk: SignIn, job: Job, ask: Ask
) -> None:
    clerk = at_desk("centre")
    site = ask(select(Org.name).where(Org.kind == OrgKind.site.value).limit(1))
    lines = f"用户名,姓名,管理机构,角色\nxinren,新同志,{site},现场确认用户\n"
    accounts = "/admin/import/user_account/"
    path = post(clerk, accounts, file=(BytesIO(lines.encode()), "a.csv")).location
    assert post(clerk, f"{path}preview").status_code == 303
    preview = words(clerk.get(path).text)
    assert "新增 1" in preview
    assert "新同志" in preview
    assert "初始密码" not in preview
    assert post(clerk, f"{path}commit").status_code == 303
    page = clerk.get(path).text
    assert "24 小时内可查看一次" in words(page)
    way = re.search(r'href="(/admin/batch/\d+/)">.{0,200}?查看初始密码', page, re.DOTALL)
    assert way
    assert "显示初始密码（仅一次）" in words(clerk.get(way[1]).text)
