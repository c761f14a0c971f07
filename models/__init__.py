"""Tables, rules, state machines, operations and queries; usable without a web server."""

from __future__ import annotations

from models.accounts import tables as _accounts
from models.accounts import tables_settings as _accounts_settings
from models.accounts import tables_sign_in as _accounts_sign_in
from models.audit import tables as _audit
from models.batch import tables as _batch
from models.certification import tables as _certification
from models.certification import tables_certificate as _certificate
from models.certification import tables_parts as _certification_parts
from models.files import tables as _files
from models.messaging import tables as _messaging
from models.people import tables as _people
from models.planning import tables as _planning
from models.reference import tables as _reference
from models.restriction import tables as _restriction
from models.workflow import tables as _workflow
