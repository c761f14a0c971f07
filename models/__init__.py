"""Tables, rules, state machines, operations and queries; usable without a web server."""

from __future__ import annotations

from models.accounts import granting as _accounts_granting
from models.accounts import importing as _accounts_importing
from models.accounts import placing as _accounts_placing
from models.accounts import states as _accounts_states
from models.accounts import tables as _accounts
from models.accounts import tables_initial as _accounts_initial
from models.accounts import tables_settings as _accounts_settings
from models.accounts import tables_sign_in as _accounts_sign_in
from models.audit import recorder as _recorder
from models.audit import tables as _audit
from models.audit import triggers as _triggers
from models.batch import tables as _batch
from models.certification import importing as _certification_importing
from models.certification import materials as _materials
from models.certification import papers as _certification_papers
from models.certification import placing as _placing
from models.certification import states as _certification_states
from models.certification import tables as _certification
from models.certification import tables_certificate as _certification_certificate
from models.certification import tables_parts as _certification_parts
from models.files import tables as _files
from models.messaging import editing as _messaging_editing
from models.messaging import tables as _messaging
from models.papers import tables as _papers
from models.people import importing as _people_importing
from models.people import states as _people_states
from models.people import tables as _people
from models.planning import editing as _planning_editing
from models.planning import importing as _planning_importing
from models.planning import states as _planning_states
from models.planning import tables as _planning
from models.reference import editing as _reference_editing
from models.reference import operations as _reference_operations
from models.reference import rules as _reference_rules
from models.reference import tables as _reference
from models.restriction import importing as _restriction_importing
from models.restriction import states as _restriction_states
from models.restriction import tables as _restriction
from models.transfer import tables as _transfer
from models.workflow import tables as _workflow

#: Every table, machine and hook of the session: whoever imports ``models`` has the mapping whole.
WHOLE = (
    _accounts,
    _accounts_granting,
    _accounts_importing,
    _accounts_initial,
    _accounts_placing,
    _accounts_settings,
    _accounts_sign_in,
    _accounts_states,
    _audit,
    _batch,
    _certification,
    _certification_certificate,
    _certification_importing,
    _certification_papers,
    _certification_parts,
    _certification_states,
    _files,
    _materials,
    _messaging,
    _messaging_editing,
    _papers,
    _people,
    _people_importing,
    _people_states,
    _placing,
    _planning,
    _planning_editing,
    _planning_importing,
    _planning_states,
    _recorder,
    _reference,
    _reference_editing,
    _reference_operations,
    _reference_rules,
    _restriction,
    _restriction_importing,
    _restriction_states,
    _transfer,
    _triggers,
    _workflow,
)
