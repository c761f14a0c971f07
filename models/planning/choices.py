"""Closed sets of plans."""

from models.base.choices import Choice


class PlanKind(Choice):
    """What a plan is for."""

    cert = "cert", "认定", "Certification"
    reg = "reg", "注册", "Registration"


class PlanStatus(Choice):
    """A plan's life (schema §3.6)."""

    draft = "draft", "草稿", "Draft", "grey"
    published = "published", "已发布", "Published", "green"
    closed = "closed", "已结束", "Closed", "amber"
    archived = "archived", "已归档", "Archived", "blue"
