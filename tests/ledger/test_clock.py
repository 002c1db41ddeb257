"""Ledger time is Shanghai's, and the demo's own time survives a restart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from ledger.clock import SHANGHAI, DemoClock, FixedClock, SystemClock
from ledger.columns import Instant


def test_an_instant_of_elsewhere_is_told_in_shanghai() -> None:
    clock = FixedClock(datetime(2026, 11, 2, 17, 0, tzinfo=UTC))
    assert clock.now().isoformat() == "2026-11-03T01:00:00+08:00"
    assert SystemClock().now().utcoffset() == timedelta(hours=8)


def test_the_demo_clock_runs_on_from_where_it_was_set_over_a_restart(engine: sa.Engine) -> None:
    ten = datetime(2027, 1, 3, 10, 0, tzinfo=SHANGHAI)
    DemoClock(engine).set(ten)
    again = DemoClock(engine)
    assert ten <= again.now() < ten + timedelta(minutes=1)
    again.advance(timedelta(days=1))
    assert DemoClock(engine).now() - ten >= timedelta(days=1)


def test_the_demo_clock_can_be_read_inside_a_transaction(engine: sa.Engine) -> None:
    clock = DemoClock(engine)
    with engine.begin() as conn:
        conn.execute(sa.text("SELECT 1"))
        assert clock.now().tzinfo is not None


def test_another_process_sees_a_moved_clock_after_refresh(engine: sa.Engine) -> None:
    ours, theirs = DemoClock(engine), DemoClock(engine)
    theirs.advance(timedelta(days=31))
    ours.refresh()
    assert abs(ours.now() - theirs.now()) < timedelta(minutes=1)


def test_instants_are_stored_so_that_text_order_is_time_order(engine: sa.Engine) -> None:
    stored = Instant()
    early = datetime(2026, 11, 3, 2, 0, 0, 1, tzinfo=UTC)
    late = datetime(2026, 11, 3, 10, 0, 1, tzinfo=SHANGHAI)
    first, second = (stored.process_bind_param(at, engine.dialect) or "" for at in (early, late))
    assert len(first) == len(second)
    assert first < second
    assert stored.process_result_value(first, engine.dialect) == early


def test_an_instant_without_a_time_zone_is_refused(engine: sa.Engine) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Instant().process_bind_param(datetime(2026, 11, 3), engine.dialect)  # noqa: DTZ001
