"""Applications with their parts, and certificates."""

from __future__ import annotations

from models.certification.tables_certificate import Certificate
from models.certification.tables_parts import ApplicationMaterial, ApplicationResume
from views.base import menu
from views.base.grid import Grid, Section
from views.certification.applications import Applications
from views.certification.records import MaterialRecord, ResumeRecord
from views.certification.verifying import CertificateProof


class Resumes(ResumeRecord, Grid[ApplicationResume]):
    category = menu.CERTIFICATION
    columns = "application start_month end_month unit position witness"
    in_menu = False


class Materials(MaterialRecord, Grid[ApplicationMaterial]):
    category = menu.CERTIFICATION
    columns = "application material_code required state is_original copies note checked_at"
    sections = (
        Section("材料", "Material", "application material_code required is_original copies note"),
        Section("核对", "Check", "state checked_by checked_at"),
    )
    in_menu = False
    # The check-list is made when an application is submitted.
    can_create = False


class Certificates(CertificateProof, Grid[Certificate]):
    category = menu.CERTIFICATION
    columns = "cert_no name id_no qualification_type subject_name org_name issued_on status"
    filters = "status cert_no name id_no qualification_type org source application"
    sort = "-id"
    sections = (
        Section("证书", "Certificate", "cert_no cert_no_raw layout status issued_on source"),
        Section("持证人", "Holder", "name id_type id_no sex birth_date ethnic_code person"),
        Section("资格", "Qualification", "qualification_type subject subject_name org org_name"),
        Section("办理", "Handling", "application print_count shipped_waybill_no"),
    )
    large = True
    # Certificates come from numbering alone.
    can_create = False
    can_edit = False


GRIDS = (Applications, Certificates, Materials, Resumes)
