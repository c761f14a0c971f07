"""Applicants and the credentials they bring."""

from __future__ import annotations

from models.files.accepted import CREDENTIAL
from models.people.tables import Person, PersonCredential
from views.base import menu
from views.base.grid import Grid, Section
from views.people.records import CredentialRecord


class Persons(Grid[Person]):
    category = menu.PEOPLE
    columns = "name id_type id_no sex birth_date ethnic_code mobile id_check"
    filters = "name id_no mobile id_type sex id_check household"
    sections = (
        Section("身份", "Identity", "name id_type id_no local_id_no sex birth_date id_check"),
        Section("基本信息", "Person", "ethnic_code political_code birth_place household"),
        Section("联系方式", "Contact", "mobile phone email address zip_code"),
    )
    large = True
    # A person is made with the application that brings him.
    can_create = False


class Credentials(CredentialRecord, Grid[PersonCredential]):
    category = menu.PEOPLE
    columns = "person kind number mode verify_status institution issued_on valid_until"
    filters = "person kind number mode verify_status is_fresh_graduate"
    sections = (
        Section("证明", "Credential", "person kind number mode is_fresh_graduate"),
        Section("内容", "Content", "level_code institution major_code learn_form_code subject"),
        Section("日期", "Dates", "issued_on valid_until"),
        Section("核验", "Verification", "verify_status verify_note verified_by verified_at"),
    )
    attached = {"attachment_id": CREDENTIAL}  # noqa: RUF012 -- declared once, never changed
    large = True


GRIDS = (Persons, Credentials)
