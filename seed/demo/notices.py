"""Notices: of the centre to everybody, of a province, of the demo authority to its sites."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from models import clock
from models.messaging.tables import Notice
from models.reference.tables import Org
from seed.demo.orgs import Tree
from seed.demo.places import DEMO_REGION


def make_notices(session: Session, tree: Tree) -> None:
    """Publish the notices, each some days before now."""
    demo = tree.authorities[DEMO_REGION]
    texts: list[tuple[Org, str, str, int, str, str]] = [
        (
            tree.root, "common_doc", "public", 200, "教师资格认定申请材料清单",
            "申请材料以《教师资格认定申请表》所附清单为准，各地不得自行增加。",
        ),
        (
            tree.root, "faq", "public", 190, "常见问题：网报完成后如何修改确认点",
            "在现场确认前可由确认点更正；确认通过后由认定机构处理。",
        ),
        (
            tree.provinces["44"], "superior", "subtree", 45, "关于做好本年度教师资格认定工作的通知",
            "请各级认定机构在规定时间内发布计划、安排确认点，并向社会公告。",
        ),
        (
            demo, "notice", "sites", 28, "现场确认工作要求",
            "请各确认点核对身份证、学历证书和普通话证书原件；材料不全的，一次性告知申请人。",
        ),
        (
            demo, "notice", "sites", 6, "关于延长周六现场确认时间的通知",
            "本批次网上申报人数较多，政务服务中心确认点周六上午照常受理。",
        ),
        (
            demo, "notice", "public", 34, "本年度第一批次教师资格认定公告",
            "网上申报、现场确认和认定的时间见计划。请申请人选择就近的确认点。",
        ),
    ]  # fmt: skip
    session.add_all(
        Notice(
            org_id=org.id,
            kind=kind,
            target_scope=target,
            title=title,
            body=body,
            published_at=clock.now() - timedelta(days=days),
            pinned=days == 6,
        )
        for org, kind, target, days, title, body in texts
    )
    session.flush()
