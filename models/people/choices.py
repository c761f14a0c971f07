"""Closed sets of persons and their credentials."""

from models.base.choices import Choice


class IdCheckState(Choice):
    """What the check of the document number said when it was entered."""

    unchecked = "unchecked", "未校验", "Unchecked", "grey"
    ok = "ok", "校验通过", "Correct", "green"
    region_warn = "region_warn", "行政区划存疑", "Doubtful region", "amber"
    checksum = "checksum", "校验码错误", "Wrong check digit", "red"
    manual = "manual", "人工核对", "Checked by hand", "teal"


class CredentialKind(Choice):
    """The modules of the information centre [CERT-57]."""

    exam_pass = "exam_pass", "教师资格考试合格证", "Teacher examination pass"
    putonghua = "putonghua", "普通话水平测试等级证书", "Putonghua certificate"
    education = "education", "学历证书", "Education certificate"
    enrolment = "enrolment", "学籍", "Enrolment"
    degree = "degree", "学位证书", "Degree certificate"


class CredentialMode(Choice):
    """How a credential came in [CERT-58, CERT-59, CERT-63]."""

    synced = "synced", "自动同步", "Synchronised"
    verified = "verified", "核验", "Verified online"
    manual = "manual", "录入", "Entered by hand"


class VerifyStatus(Choice):
    """Where the check of a credential by staff stands [CERT-60]."""

    not_required = "not_required", "无需核验", "Not required", "grey"
    pending = "pending", "待核验", "To be verified", "amber"
    passed = "passed", "核验通过", "Verified", "green"
    rejected = "rejected", "核验未通过", "Rejected", "red"
