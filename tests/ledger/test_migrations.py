"""The migrations make exactly the schema that the program expects, and can be taken back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from ledger import schema
from ledger.database import open_engine

ROOT = Path(__file__).resolve().parents[2]


def shape(engine: sa.Engine) -> dict[str, object]:
    """Everything in the database that Alembic's comparison does not look at."""
    if engine.dialect.name == "sqlite":
        names = sa.inspect(engine).get_table_names()
        with engine.connect() as conn:
            rows = conn.execute(sa.text("SELECT type, name, sql FROM sqlite_master WHERE type != 'table'"))
            made = {(row.type, row.name): " ".join((row.sql or "").split()) for row in rows}
            tables = conn.exec_driver_sql("SELECT name, strict FROM pragma_table_list")
            strict = {row.name: row.strict for row in tables}
            return {"made": made, "strict": {name: strict[name] for name in names}}
    with engine.connect() as conn:
        triggers = conn.execute(sa.text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")).scalars()
        functions = conn.execute(
            sa.text("SELECT proname FROM pg_proc JOIN pg_namespace n ON n.oid = pronamespace"
                    " WHERE n.nspname = 'public'")
        ).scalars()  # fmt: skip
        return {
            "triggers": sorted(triggers),
            "functions": sorted(functions),
            "sequences": sorted(sa.inspect(conn).get_sequence_names()),
        }


def checks(engine: sa.Engine) -> dict[str, set[str]]:
    inspector = sa.inspect(engine)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        for table in inspector.get_table_names()
    }


def differences(engine: sa.Engine) -> list[object]:
    with engine.connect() as conn:
        opts = {"compare_server_default": engine.dialect.name == "postgresql"}
        context = MigrationContext.configure(conn, opts=opts)
        found = compare_metadata(context, schema.metadata)
    if engine.dialect.name == "postgresql":
        return found
    # SQLite counts its integer keys by itself and shows no identity, which is no difference.
    return [each for each in found if not (isinstance(each, list) and isinstance(each[0][-1], sa.Identity))]


def test_the_migrations_make_what_the_program_expects(engine: sa.Engine) -> None:
    assert differences(engine) == []
    expected = {
        table.name: {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
        for table in schema.metadata.tables.values()
    }
    found = checks(engine)
    del found["alembic_version"]
    assert found == expected


def test_triggers_are_there_and_go_with_the_rest(engine: sa.Engine) -> None:
    before = shape(engine)
    assert any("journal" in str(name) for name in before.values())
    schema.remove(engine)
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    emptied = shape(engine)
    assert emptied != before
    schema.upgrade(engine)
    assert shape(engine) == before


def test_upgrading_twice_changes_nothing(engine: sa.Engine) -> None:
    before = shape(engine)
    schema.upgrade(engine)
    assert shape(engine) == before


@pytest.mark.parametrize("command", [["upgrade", "head"], ["check"]])
def test_alembic_works_from_the_command_line(engine: sa.Engine, command: list[str]) -> None:
    url = engine.url.render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *command],
        cwd=ROOT,
        env={"DATABASE_URL": url, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_failed_migration_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = open_engine(database_url)
    schema.remove(engine)

    def fail(_conn: sa.Connection) -> None:
        raise RuntimeError("no")

    with monkeypatch.context() as patched:
        patched.setattr("ledger.triggers.install", fail)
        with pytest.raises(RuntimeError):
            schema.upgrade(engine)
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]
    schema.upgrade(engine)
    assert sa.inspect(engine).has_table("journals")
    engine.dispose()
