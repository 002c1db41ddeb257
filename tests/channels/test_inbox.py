"""The inbox and what leaves, on SQLite and PostgreSQL: once, in order, held to the quota, leased."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import sqlalchemy as sa

from channels.arriving import Arrival
from channels.inbox import KEPT_S, LEASE_S, Account, Inbox
from channels.mailbox import Mailbox
from channels.messaging_tables import arrivals, confirmations
from channels.outgoing import (
    KEPT_CHOICES_S,
    SKEW_S,
    WINDOW_S,
    Choices,
    Confirmation,
    Outgoing,
    departure_id,
)

NOW = 1_800_000_000.0
FIRST = Arrival("m1", "wxkf-a", "wk1", "a", NOW, "你好")


@pytest.fixture
def inbox(mailbox: Mailbox) -> Inbox:
    return Inbox(mailbox.engine, "wecom_kf")


@pytest.fixture
def outgoing(inbox: Inbox) -> Outgoing:
    return Outgoing(inbox.engine, "wecom_kf")


def answered(inbox: Inbox, arrival: Arrival) -> None:
    with inbox.engine.begin() as conn:
        inbox.done(conn, arrival)


def put(outgoing: Outgoing, question: int, *texts: str, now: float = NOW) -> None:
    with outgoing.engine.begin() as conn:
        outgoing.put(conn, "wxkf-a", question, [{"text": text} for text in texts], now)


def test_what_is_repeated_is_kept_once_also_after_it_was_answered(inbox: Inbox) -> None:
    assert inbox.take([FIRST, FIRST], NOW) == ["wxkf-a"]
    assert inbox.take([replace(FIRST, text="别的")], NOW) == []
    found = inbox.next("wxkf-a")
    assert found is not None and (found.text, found.attempts, found.received_at) == ("你好", 0, NOW)
    answered(inbox, found)
    assert inbox.take([FIRST], NOW + KEPT_S - 1) == []
    assert inbox.next("wxkf-a") is None
    inbox.expire(NOW + KEPT_S + 1)
    assert inbox.take([FIRST], NOW + KEPT_S + 1) == ["wxkf-a"]


def test_of_what_is_done_nothing_is_kept_but_its_id(inbox: Inbox) -> None:
    entered = replace(FIRST, text="6222021234567890123", kind="entered", extra={"scene": "a-link"})
    inbox.take([entered], NOW)
    answered(inbox, inbox.next("wxkf-a") or pytest.fail("nothing arrived"))
    inbox.with_person("wxkf-a", True, NOW)
    inbox.take([replace(FIRST, message_id="m2", text="6222021234567890123")], NOW)
    with inbox.engine.connect() as conn:
        kept = conn.execute(sa.select(arrivals.c.done, arrivals.c.body)).all()
    assert [tuple(row) for row in kept] == [(True, {}), (True, {})]
    assert inbox.take([entered], NOW) == []


def test_many_who_deliver_the_same_at_once_keep_it_once(inbox: Inbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: inbox.take([FIRST], NOW), range(16)))
    assert sorted(taken, key=len)[-1] == ["wxkf-a"]
    assert sum(map(len, taken)) == 1


def test_they_are_answered_in_the_order_in_which_they_were_sent(inbox: Inbox) -> None:
    later = [replace(FIRST, message_id=f"m{at}", sent_at=NOW + at, text=str(at)) for at in (3, 1, 2)]
    inbox.take([*later, replace(FIRST, sender="wxkf-b", user="b", message_id="other")], NOW)
    told = []
    while found := inbox.next("wxkf-a"):
        told.append(found.text)
        answered(inbox, found)
    assert told == ["1", "2", "3"]
    assert inbox.waiting() == ["wxkf-b"]


def test_an_attempt_is_counted_and_a_choice_stays_what_it_was(inbox: Inbox) -> None:
    inbox.take([FIRST], NOW)
    first = inbox.next("wxkf-a")
    assert first is not None
    inbox.settle(first, "a token")
    again = inbox.next("wxkf-a")
    assert again is not None and (again.attempts, again.extra, again.text) == (
        1,
        {"button": "a token"},
        "你好",
    )


def test_the_cursor_is_kept_together_with_what_was_read(inbox: Inbox) -> None:
    assert inbox.account("wk1") == Account()
    inbox.poke([("wk1", "old"), ("wk1", "new")], NOW)
    inbox.take([FIRST], NOW, ("wk1", "c1"))
    assert inbox.account("wk1") == Account("c1", "new", NOW)
    with pytest.raises(Exception, match="message_id"):
        inbox.take([replace(FIRST, message_id=None)], NOW, ("wk1", "c2"))  # type: ignore[arg-type]
    assert inbox.account("wk1").cursor == "c1"
    assert (inbox.known_accounts(), Inbox(inbox.engine, "other").known_accounts()) == (["wk1"], [])


def test_one_process_at_a_time_works_for_a_sender(inbox: Inbox) -> None:
    inbox.take([FIRST], NOW)
    assert inbox.begin("wxkf-a", "answering", NOW)
    assert inbox.begin("wxkf-a", "sending", NOW)
    assert not inbox.begin("wxkf-a", "answering", NOW + LEASE_S - 1)
    inbox.lease(["wxkf-a"], "answering", NOW + 10)
    assert not inbox.begin("wxkf-a", "answering", NOW + LEASE_S + 1)
    assert inbox.begin("wxkf-a", "answering", NOW + 10 + LEASE_S)
    inbox.end("wxkf-a", "answering")
    inbox.lease(["wxkf-a"], "answering", NOW + 10 + LEASE_S)  # too late to be renewed: it has ended
    assert inbox.begin("wxkf-a", "answering", NOW + 10 + LEASE_S)


def test_an_answer_written_twice_leaves_once(outgoing: Outgoing) -> None:
    put(outgoing, 2, "一", "二")
    put(outgoing, 2, "一", "二")
    assert outgoing.counts() == {"new": 2}
    assert outgoing.waiting(NOW) == ["wxkf-a"]
    assert len(departure_id("wxkf-" + "x" * 64, 10**6, 1)) == 32


def test_nothing_overtakes_what_is_tried_again_or_held(inbox: Inbox, outgoing: Outgoing) -> None:
    inbox.take([FIRST], NOW)
    put(outgoing, 2, "一", "二")
    first, due_at = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    assert (first.body, due_at) == ({"text": "一"}, NOW)
    outgoing.again(first, NOW + 30, "busy")
    again, due_at = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    assert (again.id, again.attempts, due_at) == (first.id, 1, NOW + 30)
    outgoing.hold(first, "quota")
    assert outgoing.next("wxkf-a") is None
    assert outgoing.waiting(NOW + 60) == [], "it is not looked at until it is let go"
    inbox.take([replace(FIRST, message_id="m2")], NOW + 60)
    freed, due_at = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    assert (freed.id, due_at) == (first.id, NOW + 60)
    outgoing.sent(first, within_quota=True)
    peer = inbox.peer("wxkf-a")
    assert peer is not None and peer.used == 1
    assert outgoing.end(departure_id("wxkf-a", 2, 1), "failed", "refused")
    assert not outgoing.end("unknown", "failed", "refused")
    assert outgoing.counts() == {"sent": 1, "failed": 1}


def test_entering_gives_no_right_to_send(inbox: Inbox) -> None:
    inbox.take([replace(FIRST, kind="entered")], NOW)
    peer = inbox.peer("wxkf-a")
    assert peer is not None and (peer.heard_at, peer.with_person_at) == (0.0, 0.0)
    assert inbox.take([replace(FIRST, message_id="m2")], NOW) == ["wxkf-a"]
    peer = inbox.peer("wxkf-a")
    assert peer is not None and peer.heard_at == NOW


def test_what_is_written_to_a_person_is_not_answered_by_the_bot(inbox: Inbox) -> None:
    inbox.take([FIRST], NOW)
    inbox.with_person("wxkf-a", True, NOW)
    assert inbox.take([replace(FIRST, message_id="m2")], NOW) == []
    inbox.with_person("wxkf-a", False, NOW)
    assert inbox.take([replace(FIRST, message_id="m2")], NOW) == []
    found = inbox.next("wxkf-a")
    assert found is not None and found.message_id == "m1", "it was written before the person came"
    answered(inbox, found)
    assert inbox.next("wxkf-a") is None


def test_a_persons_turn_ends_by_itself_when_the_customer_was_long_silent(inbox: Inbox) -> None:
    inbox.take([FIRST], NOW)
    inbox.with_person("wxkf-a", True, NOW)
    later = NOW + WINDOW_S - 1
    assert inbox.take([replace(FIRST, message_id="m2")], later) == []
    assert inbox.take([replace(FIRST, message_id="m3")], later + WINDOW_S - 1) == [], "m2 renewed it"
    assert inbox.take([replace(FIRST, message_id="m4")], later + 2 * WINDOW_S) == ["wxkf-a"]
    assert inbox.take([replace(FIRST, message_id="m5")], later + 2 * WINDOW_S) == ["wxkf-a"]


def test_numbers_belong_to_the_newest_question_and_menus_to_their_own(inbox: Inbox) -> None:
    choices = Choices(inbox.engine)

    def ask(question: int, tokens: list[str], numbered: bool) -> None:
        with inbox.engine.begin() as conn:
            choices.open(conn, "wxkf-a", question, tokens, numbered, NOW)

    ask(2, ["t1", "t2"], True)
    assert (choices.by_number("wxkf-a", 2, NOW), choices.by_number("wxkf-a", 3, NOW)) == ("t2", None)
    assert choices.by_number("wxkf-b", 2, NOW) is None
    ask(4, ["t3"], True)
    ask(4, ["other"], True)
    assert [choices.by_number("wxkf-a", number, NOW) for number in (1, 2)] == ["t3", None]
    assert (choices.by_menu("wxkf-a", "2.2"), choices.by_menu("wxkf-b", "2.2")) == ("t2", None)
    ask(6, ["t4"], False)
    assert choices.by_number("wxkf-a", 1, NOW) is None, (
        "a menu shows no numbers, and closes the question before"
    )
    for bad in ("", "2", "2.", "x.1", "2.1.1", "٣.1x", "9" * 30 + ".1"):
        assert choices.by_menu("wxkf-a", bad) is None
    inbox.expire(NOW + KEPT_CHOICES_S + 1)
    assert choices.by_menu("wxkf-a", "2.2") is None


def test_a_question_is_closed_by_an_answer_without_choices_and_was_there_when_its_number_was_sent(
    inbox: Inbox,
) -> None:
    choices = Choices(inbox.engine)

    def ask(question: int, *tokens: str) -> None:
        with inbox.engine.begin() as conn:
            choices.open(conn, "wxkf-a", question, list(tokens), True, NOW)

    ask(2, "t1")
    assert choices.by_number("wxkf-a", 1, NOW - SKEW_S - 1) is None
    assert choices.by_number("wxkf-a", 1, NOW - SKEW_S) == "t1"
    ask(4)
    ask(4)
    assert [choices.by_number("wxkf-a", number, NOW) for number in (0, 1)] == [None, None]
    assert (choices.by_menu("wxkf-a", "2.1"), choices.by_menu("wxkf-a", "4.0")) == ("t1", None)


def test_what_could_not_leave_in_time_has_failed_once(inbox: Inbox, outgoing: Outgoing) -> None:
    put(outgoing, 2, "一", "二")
    first, _ = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    outgoing.hold(first, "quota")
    put(outgoing, 4, "三", now=NOW + 2)
    assert inbox.expire(NOW + WINDOW_S) == []
    late = [(departure_id("wxkf-a", 2, part), "wxkf-a") for part in (0, 1)]
    assert (inbox.expire(NOW + WINDOW_S + 1), inbox.expire(NOW + WINDOW_S + 1)) == (late, [])
    assert outgoing.counts() == {"failed": 2, "new": 1}
    assert outgoing.waiting(NOW + 2) == ["wxkf-a"]


def test_what_an_answer_has_to_bring_back_is_the_newest_messages(inbox: Inbox) -> None:
    def context() -> dict[str, str]:
        peer = inbox.peer("wxkf-a")
        assert peer is not None
        return peer.context

    def take(message_id: str, at: float, kind: str = "text", **brings: str) -> None:
        inbox.take([replace(FIRST, message_id=message_id, sent_at=at, kind=kind, context=brings)], NOW)

    take("e1", NOW, "entered", conversation="c")
    assert context() == {"conversation": "c"}
    take("m2", NOW + 2, conversation="c", id="2")
    take("m1", NOW + 1, conversation="c", id="1")  # came late
    take("e2", NOW + 3, "entered", conversation="c")
    assert context() == {"conversation": "c", "id": "2"}
    take("m3", NOW + 3, conversation="c", id="3")
    take("m4", NOW + 4)
    assert context() == {"conversation": "c", "id": "3"}
    found = inbox.next("wxkf-a")
    assert found is not None and found.context == {}, "it is the sender's, and goes with no message"


def test_what_the_platform_says_that_it_delivered_does_not_leave_again(
    inbox: Inbox, outgoing: Outgoing
) -> None:
    def used() -> int:
        peer = inbox.peer("wxkf-a")
        return peer.used if peer else -1

    def confirm(message_id: str, text: str) -> None:
        outgoing.confirm([Confirmation("wxkf-a", message_id, text)] * 2, NOW)

    inbox.take([FIRST], NOW)
    put(outgoing, 2, "一", "一", "二")
    first, _ = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    confirm("p1", "一")  # while it is on its way
    outgoing.sent(first, within_quota=True)
    assert (outgoing.counts(), used()) == ({"sent": 1, "new": 2}, 1)
    second, _ = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    assert second.id != first.id
    outgoing.again(second, NOW + 5, "no answer")
    confirm("p1", "一")  # the platform repeats itself
    confirm("p2", "别的")
    assert outgoing.counts() == {"sent": 1, "new": 2}
    confirm("p3", "一")
    assert (outgoing.counts(), used()) == ({"sent": 2, "new": 1}, 2)
    third, _ = outgoing.next("wxkf-a") or pytest.fail("nothing to send")
    assert third.body == {"text": "二"}
    inbox.expire(NOW + KEPT_S + 1)
    with inbox.engine.connect() as conn:
        assert conn.execute(sa.select(confirmations)).all() == []
