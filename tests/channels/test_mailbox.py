"""The mailbox, on SQLite and PostgreSQL: numbers, claims and answers, between threads and after a crash."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from channels.mailbox import (
    KEPT_MESSAGES,
    KEPT_MESSAGES_S,
    KEPT_TURNS_S,
    LEASE_S,
    SESSION_S,
    IdConflict,
    Mailbox,
)

NOW = 1_800_000_000.0


def test_messages_are_numbered_for_each_sender(mailbox: Mailbox) -> None:
    for sender in ("a", "b"):
        claim = mailbox.claim(sender, "1", "h", "问", NOW)
        assert (claim.state, claim.seq, claim.first_of_session) == ("mine", 1, True)
        said = mailbox.finish(sender, "1", [{"text": "答"}, {"text": "再答"}], NOW)
        assert [message["seq"] for message in said] == [2, 3]
    assert [message["text"] for message in mailbox.since("a", 2)] == ["再答"]
    assert [message["role"] for message in mailbox.since("a", 0, both_roles=True)] == ["user", "bot", "bot"]
    assert mailbox.since("a", 0)[0]["at"] == "2027-01-15T16:00:00+08:00"
    assert (mailbox.last_seq("a"), mailbox.last_seq("c")) == (3, 0)


def test_a_claim_goes_from_mine_to_working_to_done(mailbox: Mailbox) -> None:
    assert mailbox.claim("a", "1", "h", "问", NOW).state == "mine"
    assert mailbox.claim("a", "1", "h", "问", NOW + 1).state == "working"
    said = mailbox.finish("a", "1", [{"text": "答"}], NOW + 2)
    done = mailbox.claim("a", "1", "h", "问", NOW + 3)
    assert (done.state, done.seq, done.answer) == ("done", 1, said)
    with pytest.raises(IdConflict):
        mailbox.claim("a", "1", "other", "问", NOW + 3)
    assert mailbox.claim("b", "1", "other", "问", NOW + 3).state == "mine"


def test_an_answer_may_be_empty_and_is_still_done(mailbox: Mailbox) -> None:
    mailbox.claim("a", "outbox:1", "", None, NOW)
    mailbox.finish("a", "outbox:1", [], NOW)
    assert mailbox.claim("a", "outbox:1", "", None, NOW).state == "done"
    assert mailbox.last_seq("a") == 0


@pytest.mark.parametrize("how", ["released", "crashed"])
def test_a_turn_broken_off_is_taken_over_without_a_second_question(mailbox: Mailbox, how: str) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    later = NOW + 1
    if how == "released":
        mailbox.release("a", "1")
    else:
        later = NOW + LEASE_S
    again = mailbox.claim("a", "1", "h", "问", later)
    assert (again.state, again.seq, again.first_of_session) == ("mine", 1, True)
    assert mailbox.claim("a", "1", "h", "问", later).state == "working"
    assert len(mailbox.since("a", 0, both_roles=True)) == 1


def test_a_claim_that_is_renewed_is_not_taken_over(mailbox: Mailbox) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    mailbox.renew("a", "1", NOW + LEASE_S - 1)
    assert mailbox.claim("a", "1", "h", "问", NOW + 2 * LEASE_S - 2).state == "working"
    assert mailbox.claim("a", "1", "h", "问", NOW + 2 * LEASE_S - 1).state == "mine"


def test_a_turn_that_two_answered_keeps_the_first_answer(mailbox: Mailbox) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    assert mailbox.claim("a", "1", "h", "问", NOW + LEASE_S).state == "mine"
    first = mailbox.finish("a", "1", [{"text": "答"}], NOW + LEASE_S)
    assert mailbox.finish("a", "1", [{"text": "又答"}], NOW + LEASE_S + 1) == first
    assert [message["text"] for message in mailbox.since("a", 0)] == ["答"]


def test_a_finished_turn_is_not_released(mailbox: Mailbox) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    mailbox.finish("a", "1", [{"text": "答"}], NOW)
    mailbox.release("a", "1")
    assert mailbox.claim("a", "1", "h", "问", NOW).state == "done"


def test_a_session_begins_anew_after_an_hour_of_silence(mailbox: Mailbox) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    mailbox.finish("a", "1", [{"text": "答"}], NOW + 10)
    assert not mailbox.claim("a", "2", "h", "问", NOW + 10 + SESSION_S).first_of_session
    assert mailbox.claim("a", "3", "h", "问", NOW + 11 + 2 * SESSION_S).first_of_session


def test_one_of_many_threads_gets_the_claim(mailbox: Mailbox) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: mailbox.claim("a", "1", "h", "问", NOW), range(32)))
    assert sorted(claim.state for claim in claims) == ["mine"] + ["working"] * 31
    assert len(mailbox.since("a", 0, both_roles=True)) == 1


def test_many_threads_number_without_gap_or_double(mailbox: Mailbox) -> None:
    def talk(turn: int) -> None:
        mailbox.claim("a", str(turn), "h", "问", NOW)
        mailbox.finish("a", str(turn), [{"text": "答"}], NOW)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(talk, range(40)))
    assert [message["seq"] for message in mailbox.since("a", 0, both_roles=True)] == list(range(1, 81))


def test_what_is_kept_is_bounded(mailbox: Mailbox) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    mailbox.finish("a", "1", [{"text": str(number)} for number in range(KEPT_MESSAGES + 50)], NOW)
    kept = mailbox.since("a", 0)
    assert [message["seq"] for message in kept] == list(range(52, KEPT_MESSAGES + 52)), (
        "nothing kept is left out"
    )
    with mailbox.engine.begin() as conn:
        assert conn.exec_driver_sql("select count(*) from chat_message").scalar() == KEPT_MESSAGES


def test_old_rows_expire(mailbox: Mailbox) -> None:
    mailbox.claim("a", "1", "h", "问", NOW)
    mailbox.finish("a", "1", [{"text": "答"}], NOW)
    assert mailbox.expire(NOW + KEPT_TURNS_S) == 0
    assert mailbox.expire(NOW + KEPT_TURNS_S + 1) == 1
    assert mailbox.expire(NOW + 31 * 24 * 60 * 60) == 2
    assert mailbox.claim("a", "2", "h", "问", NOW).seq == 3, "numbers never begin anew"


def test_a_visitor_is_forgotten_after_a_month(mailbox: Mailbox) -> None:
    for sender in ("web-anon-1", "web-c-1"):
        mailbox.claim(sender, "1", "h", "问", NOW)
        mailbox.finish(sender, "1", [{"text": "答"}], NOW)
    mailbox.expire(NOW + KEPT_MESSAGES_S)
    assert mailbox.last_seq("web-anon-1") == 2
    mailbox.expire(NOW + KEPT_MESSAGES_S + 1)
    assert (mailbox.last_seq("web-anon-1"), mailbox.last_seq("web-c-1")) == (0, 2)
