"""The page that proves the certificate numbers, or shows the first that are not as promised."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask.typing import ResponseReturnValue
from flask_admin.base import expose

from models.certification.tables import CertificationApplication
from models.certification.tables_certificate import Certificate
from models.certification.verify import Example, Finding, Report, verify_certificates
from models.text import Label
from views.base import detail
from views.base.declaration import Declared, Further
from views.base.request import actor, own_session, text
from views.base.shown import PageOf


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A property: how often it is violated, and counter-examples as (sentence, address)."""

    label: Label
    count: int
    examples: tuple[tuple[str, str | None], ...]


class CertificateProof(Declared[Certificate]):
    """Certificates with the proof of their numbers."""

    further = (
        Further("verify/", Label("核对编号", "Verify the numbers"), "shield-check", "verify"),
    )

    @expose("/verify/")
    def verify_view(self) -> ResponseReturnValue:
        """Check all certificates in the actor's scope."""
        with own_session() as work:
            report = verify_certificates(work, actor())
        page: str = self.render(
            "certificate/verify.html", report=report, findings=list(self._shown(report))
        )
        return page

    def _shown(self, report: Report) -> Iterator[ShownFinding]:
        page_of = detail.pages_of(self, actor())
        for finding in report.findings:
            yield ShownFinding(finding.label, finding.count, _examples(finding, page_of))


def _examples(finding: Finding, page_of: PageOf) -> tuple[tuple[str, str | None], ...]:
    return tuple((text(each.message), _page(each, page_of)) for each in finding.examples)


def _page(example: Example, page_of: PageOf) -> str | None:
    if example.certificate_id is not None:
        return page_of(Certificate, example.certificate_id)
    if example.application_id is not None:
        return page_of(CertificationApplication, example.application_id)
    return None
