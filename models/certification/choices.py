"""Closed sets of certification: states of an application, its materials, the certificate."""

from models.base.choices import Choice
from models.text import Label


class CertStatus(Choice):
    """States of an application, with the applicant's label for everyone (reading 16)."""

    draft = "draft", "网报未完成", "Not submitted", "grey"
    submitted = "submitted", "网报成功，等待现场确认", "Submitted, to be confirmed", "amber"
    materials_incomplete = "materials_incomplete", "申请材料不全", "Materials incomplete", "orange"
    confirm_rejected = "confirm_rejected", "确认未通过", "Confirmation refused", "red"
    confirmed = "confirmed", "已经现场确认，等待资格审核", "Confirmed, to be reviewed", "teal"
    review_rejected = "review_rejected", "认定未通过", "Certification refused", "red"
    approved_unnumbered = (
        "approved_unnumbered",
        "审核通过未编号",
        "Approved, no number yet",
        "green",
    )
    approved_numbered = "approved_numbered", "审核通过已编号", "Approved and numbered", "blue"


_CONFIRMED = Label("确认已通过", "Confirmed")
#: 确认状态, the site's words for the states (schema §3.1): a computed column and filter.
CONFIRM_LABELS = dict.fromkeys(CertStatus, _CONFIRMED) | {
    CertStatus.draft: Label("网报未完成", "Not submitted"),
    CertStatus.submitted: Label("网报待确认", "To be confirmed"),
    CertStatus.materials_incomplete: Label("申请材料不全", "Materials incomplete"),
    CertStatus.confirm_rejected: Label("确认未通过", "Confirmation refused"),
}


class ExamChannel(Choice):
    """How the applicant was examined."""

    national_exam = "national_exam", "国家统一考试", "National examination"
    other = "other", "非国家统一考试", "Other"


class PlaceBasis(Choice):
    """What ties the applicant to the place of the application."""

    household = "household", "户籍所在地", "Household registration"
    workplace = "workplace", "工作单位所在地", "Workplace"
    residence = "residence", "居住地", "Residence"
    study = "study", "就读学校所在地", "Place of study"


class DataSource(Choice):
    """How the application came in."""

    online = "online", "网上申报", "Online"
    staff_entry = "staff_entry", "工作人员录入", "Entered by staff"
    vars()["import"] = "import", "导入", "Imported"  # a keyword cannot be written as a name


class MaterialState(Choice):
    """Where one material of an application stands."""

    pending = "pending", "待收", "Pending", "amber"
    received = "received", "已收", "Received", "green"
    missing = "missing", "缺少", "Missing", "orange"
    invalid = "invalid", "不合格", "Not valid", "red"
    waived = "waived", "免交", "Waived", "grey"


class CertificateStatus(Choice):
    """Whether a certificate is in force."""

    valid = "valid", "有效", "Valid", "green"
    restricted = "restricted", "受限", "Restricted", "amber"
    revoked = "revoked", "撤销", "Revoked", "red"
    forfeited = "forfeited", "丧失", "Forfeited", "red"
    invalid = "invalid", "作废", "Void", "orange"
    deleted = "deleted", "已删除", "Deleted", "grey"


class CertificateSource(Choice):
    """Where the record of a certificate comes from."""

    system = "system", "认定正式", "Issued here"
    history = "history", "历史库", "Historic records"
    applicant_claim = "applicant_claim", "申请人补充", "Claimed by the applicant"


class NumberLayout(Choice):
    """The layout of the number as printed (facts on certificate numbers)."""

    v15 = "v15", "15位", "15 digits"
    v17 = "v17", "17位", "17 digits"
