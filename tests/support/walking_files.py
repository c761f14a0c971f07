"""Checks of the walk for what leaves or enters as a file: papers, pictures, documents, imports."""

from __future__ import annotations

from typing import Any

from models.papers.paper import papers_of
from models.transfer.declaring import importers
from tests.support.walking import Walk
from views.base.declaration import Declared

#: The routes of imports, and of exports by the worker, each for a batch of the other office.
IMPORTS = {
    f"import_page.{page}"
    for page in (
        *("begin", "upload", "template", "show", "preview", "carry_out", "cancel", "undo"),
        *("refused", "progress", "back"),
    )
} | {"export_page.show", "export_page.file"}


def check_paper(walk: Walk, grid: Declared[Any]) -> None:
    """Papers are printed by who may, of no record of another office."""
    allowed = walk.may(grid, "paper")
    foreign = str(min(walk.foreign(grid)))
    unknown = walk.post(f"{grid.url}/paper/", paper="nothing", rowid=foreign)
    walk.expect(f"no paper of {grid.url}", unknown.status_code, 404 if allowed else 403)
    for paper in papers_of(grid.mapped):
        printed = walk.post(f"{grid.url}/paper/", paper=paper.name, rowid=foreign, form="page")
        walk.expect(f"{paper.name} {foreign}", printed.status_code, 404 if allowed else 403)


def check_file(walk: Walk, grid: Declared[Any]) -> None:
    """A file is sent to who may see files, of no record of another office."""
    allowed = walk.may(grid, "file")
    name = next(iter(getattr(grid, "attached", {})), "nothing")
    sent = walk.get(f"{grid.url}/file/?id={min(walk.foreign(grid))}&column={name}")
    walk.expect(f"file of {grid.url}", sent.status_code, 404 if allowed else 403)


def check_purpose(walk: Walk, grid: Declared[Any]) -> None:
    """Why pictures are looked at is said by who may see files, on no record of another office."""
    foreign = str(min(walk.foreign(grid)))
    said = walk.post(f"{grid.url}/purpose/", id=foreign, purpose="核对")
    wanted = 404 if walk.may(grid, "file") else 403
    walk.expect(f"purpose at {grid.url}", said.status_code, wanted)


def check_attach(walk: Walk, grid: Declared[Any]) -> None:
    """A file is put to no record of another office."""
    allowed = walk.may(grid, "edit")
    name = next(iter(getattr(grid, "attached", {})), "nothing")
    foreign = str(min(walk.foreign(grid)))
    put = walk.post(f"{grid.url}/attach/", id=foreign, column=name, row_version="1")
    walk.expect(f"attach to {grid.url}", put.status_code, 404 if allowed else 403)


def check_documents(walk: Walk, grid: Declared[Any]) -> None:
    """Common documents are listed to who may see files."""
    listed = walk.get(f"{grid.url}/documents/")
    walk.expect("documents", listed.status_code, 200 if walk.may(grid, "file") else 403)


FILE_CHECKS = {
    "paper_view": check_paper,
    "file_view": check_file,
    "purpose_view": check_purpose,
    "attach_view": check_attach,
    "documents_view": check_documents,
}


def walk_imports(walk: Walk) -> None:
    """An import is offered to who may import into its table, and is its starter's alone."""
    for table, importer in importers().items():
        wanted = 200 if importer.may(walk.who) else 403
        for page in ("", "template.xlsx"):
            answer = walk.get(f"/admin/import/{table}/{page}")
            walk.expect(f"import {table} {page}", answer.status_code, wanted)
        sent = walk.post(f"/admin/import/{table}/")
        walk.expect(f"upload {table}", sent.status_code, 400 if wanted == 200 else 403)
    for key in walk.branches.other.rows["batch"]:
        for page in ("", "refused.xlsx", "progress"):
            address = f"/admin/import/{key}/{page}"
            walk.expect(address, walk.get(address).status_code, 404)
        for address in (f"/admin/export/{key}/", f"/admin/export/{key}/file"):
            walk.expect(address, walk.get(address).status_code, 404)
        for step in ("preview", "commit", "cancel", "undo"):
            address = f"/admin/import/{key}/{step}"
            walk.expect(address, walk.post(address).status_code, 404)
