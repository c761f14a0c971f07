"""What a database says about its own schema, normalised so that two ways of making it compare."""

from __future__ import annotations

import re

from sqlalchemy import Engine, text

_POSTGRESQL = (
    """SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
              pg_get_expr(d.adbin, d.adrelid), co.collname, col_description(c.oid, a.attnum)
         FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r'
         LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
         LEFT JOIN pg_collation co ON co.oid = a.attcollation
        WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped""",
    """SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid)
         FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
    """SELECT 'index', tablename, indexname, indexdef
         FROM pg_indexes WHERE schemaname = 'public'""",
    """SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
         FROM pg_trigger WHERE NOT tgisinternal""",
    """SELECT 'function', '', proname, prosrc
         FROM pg_proc WHERE pronamespace = 'public'::regnamespace""",
)
_SQLITE = "SELECT type, tbl_name, name, sql FROM sqlite_master WHERE sql IS NOT NULL"
_TOKENS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[(),]|[^'\"(),]+")


def facts(engine: Engine) -> set[str]:
    """Return one line per column, constraint, index, trigger, function; none of Alembic's own."""
    read = _sqlite_facts if engine.dialect.name == "sqlite" else _postgresql_facts
    return {line for line in read(engine) if "alembic_version" not in line}


def _postgresql_facts(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        rows = [row for query in _POSTGRESQL for row in connection.execute(text(query))]
    return [" | ".join(map(str, row)) for row in rows]


def _sqlite_facts(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        rows = connection.execute(text(_SQLITE)).all()
    found: list[str] = []
    for kind, table, name, sql in rows:
        parts = split_definition(sql) if kind == "table" else [" ".join(sql.split())]
        found += [f"{kind} | {table} | {name} | {part}" for part in parts]
    return found


def split_definition(sql: str) -> list[str]:
    """Part ``CREATE TABLE x (a, b) options`` into head, each definition, and options."""
    parts, depth = [""], 0
    for token in _TOKENS.findall(sql):
        depth += (token == "(") - (token == ")")
        opens, closes = token == "(" and depth == 1, token == ")" and depth == 0
        if opens or closes or (token == "," and depth == 1):
            parts.append("")
        else:
            parts[-1] += token
    return [" ".join(part.split()) for part in parts if part.strip()]
