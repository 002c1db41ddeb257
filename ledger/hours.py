"""When somebody of the staff will have answered."""

from __future__ import annotations

from datetime import datetime, time, timedelta


def promised_by(now: datetime, hours: tuple[time, time], answer_within: timedelta) -> datetime:
    """When somebody will have taken a ticket opened `now`: `answer_within` of the staff's hours later.

    `hours`: from and until, the first before the second, every day of the week.
    """
    opens, closes = hours
    left = answer_within
    day = now.date()
    while True:
        start = max(now, datetime.combine(day, opens, now.tzinfo))
        end = datetime.combine(day, closes, now.tzinfo)
        if start < end and left <= end - start:
            return start + left
        left -= max(end - start, timedelta())
        day += timedelta(days=1)
