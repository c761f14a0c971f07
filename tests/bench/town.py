"""A town of a million applications on PostgreSQL: the demo, and the rest of its people by SQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, text

from models.base.actor import system_actor
from models.base.engine import make_engine
from models.base.session import ActorSession
from models.certification.tables import CertificationApplication
from models.migrations import schema
from models.people.tables import Person
from tests.support.postgresql import Cluster

#: A server as an office runs it: durable, with the memory of a small machine.
OPTIONS = "-c listen_addresses='' -c shared_buffers=1GB -c max_wal_size=8GB -c work_mem=32MB"
#: Applications by state, in per cent of the whole; the rest is numbered.
SHARES = {"submitted": 20, "confirmed": 25, "materials_incomplete": 5}

_PEOPLE = """
INSERT INTO person ({names})
SELECT {values}
FROM generate_series(1, :total) n
JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS at, * FROM person) p
  ON p.at = n % (SELECT count(*) FROM person)
"""
_APPLICATIONS = """
INSERT INTO certification_application ({names})
SELECT {values}
FROM generate_series(1, :total) n
JOIN person p ON p.id_type = 'A' AND p.id_no = 'W' || lpad(n::text, 8, '0')
CROSS JOIN (
  SELECT a.* FROM certification_application a
  JOIN user_role r ON r.scope_org_id = a.org_id
  JOIN user_account u ON u.id = r.user_id AND u.username = 'authority'
  WHERE a.status = 'confirmed' ORDER BY a.id LIMIT 1
) a
"""
#: What the n-th person, and the n-th application, has of its own; the rest is an example's.
_OWN_OF_PERSON = {
    "id_type": "'A'",
    "id_no": "'W' || lpad(n::text, 8, '0')",
    "account_id": "NULL",
}
_OWN_OF_APPLICATION = {
    "person_id": "p.id",
    "name": "p.name",
    "name_pinyin": "p.name_pinyin",
    "id_type": "p.id_type",
    "id_no": "p.id_no",
    "sex": "p.sex",
    "birth_date": "p.birth_date",
    "mobile": "'138' || lpad(n::text, 8, '0')",
    "apply_no": "'B9' || lpad(n::text, 16, '0')",
    "receipt_no": "NULL",
    "status_note": "'缺材料'",
    "submitted_at": "now() - n * interval '3 seconds'",
    "reviewed_at": "CASE WHEN n % 100 >= 50 THEN now() END",
    "numbered_at": "CASE WHEN n % 100 >= 50 THEN now() END",
}


def build(cluster: Cluster, total: int) -> Engine:
    """Make the database ``town`` with the demo and ``total`` applications of its authority more."""
    from seed.demo.load import load as load_demo
    from seed.reference.load import load as load_reference

    admin = make_engine(cluster.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE town"))
    admin.dispose()
    engine = make_engine(cluster.url("town"))
    schema.upgrade(engine)
    for load in (load_reference, load_demo):
        with ActorSession(bind=engine) as session:
            session.act_as(system_actor("bench"))
            load(session)
            session.commit()
    _multiply(engine, total)
    return engine


def _multiply(engine: Engine, total: int) -> None:
    person: Any = Person.__table__
    application: Any = CertificationApplication.__table__
    for table, alias, pattern, own in (
        (person, "p", _PEOPLE, _OWN_OF_PERSON),
        (application, "a", _APPLICATIONS, _OWN_OF_APPLICATION | {"status": _state()}),
    ):
        names = [column.name for column in table.columns if column.name != "id"]
        values = [own.get(name, f"{alias}.{name}") for name in names]
        made = pattern.format(names=", ".join(names), values=", ".join(values))
        with engine.begin() as connection:
            connection.execute(text(made), {"total": total})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


def _state() -> str:
    edges, low = [], 0
    for state, share in SHARES.items():
        low += share
        edges.append(f"WHEN n % 100 < {low} THEN '{state}'")
    return f"CASE {' '.join(edges)} ELSE 'approved_numbered' END"
