"""Closed sets of the restriction library."""

from models.base.choices import Choice


class RestrictionType(Choice):
    """Why a person is restricted, and with it for how long (schema §2)."""

    forfeited = "forfeited", "丧失教师资格（终身）", "Forfeited, for life"
    revoked_conduct = (
        "revoked_conduct",
        "撤销：品行不良、侮辱学生（5年）",
        "Revoked: conduct, 5 years",
    )
    revoked_fraud = "revoked_fraud", "撤销：弄虚作假（5年）", "Revoked: fraud, 5 years"
    exam_cheat = "exam_cheat", "考试作弊（3年）", "Cheated in the examination, 3 years"


class ReviewState(Choice):
    """Only reviewed entries restrict, and only within their days (reading 17)."""

    pending = "pending", "待审核", "To be reviewed", "amber"
    reviewed = "reviewed", "已审核", "Reviewed", "green"
    rejected = "rejected", "未通过", "Rejected", "red"
    lifted = "lifted", "已解除", "Lifted", "grey"
