"""The door of the ledger: every public command refuses values that its annotations do not allow.

Types are hints to Python, and databases differ in what they swallow (SQLite takes 1.0 for 1 and keeps a NUL
in a text, PostgreSQL neither), so what cannot be right is refused before anything is read. What is right in
itself, and unknown or too much, is for the command to say.
"""

from __future__ import annotations

import functools
import json
import math
import types
from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, ParamSpec, TypeVar, Union, get_args, get_origin, get_type_hints

from ledger.errors import BadInput, InvalidAmount

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")
_Check = Callable[[str, Any], None]

_LONGEST_TEXT: Final = 20_000
_LARGEST_WHOLE: Final = 2**63 - 1
_LONGEST_SHOWN: Final = 50
_KEPT_AS: Final[dict[str, Any]] = {"ensure_ascii": False, "sort_keys": True, "allow_nan": False}


def checked(command: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """`command`, which raises BadInput(field, reason, value), and InvalidAmount for an amount, before it does
    anything: for a text that is blank, too long or not to be kept, a whole number that is not positive, a
    flag that is neither true nor false, a choice that there is not, an object that is not JSON."""
    names = command.__code__.co_varnames[: command.__code__.co_argcount]

    @functools.wraps(command)
    def at_the_door(*args: _Given.args, **kwargs: _Given.kwargs) -> _Answer:
        checks = _checks(command)
        for name, value in (*zip(names, args, strict=False), *kwargs.items()):
            if name in checks:
                checks[name](name, value)
        return command(*args, **kwargs)

    return at_the_door


@functools.cache
def _checks(command: Callable[..., Any]) -> Mapping[str, _Check]:
    """By parameter; made at the first call, when all that the annotations name is imported."""
    found = {name: _of(kind) for name, kind in get_type_hints(command).items() if name != "return"}
    return {name: check for name, check in found.items() if check is not None}


def _of(kind: Any) -> _Check | None:
    """What a value of this annotation has to pass; None for what only a program hands over."""
    if get_origin(kind) in (Union, types.UnionType):
        return _optional([each for each in get_args(kind) if each is not type(None)])
    if get_origin(kind) is Literal:
        return functools.partial(_choice, get_args(kind))
    return _CHECKS.get(kind)


def _optional(kinds: list[Any]) -> _Check | None:
    check = _of(kinds[0]) if len(kinds) == 1 else None
    return None if check is None else lambda name, value: None if value is None else check(name, value)


def _text(name: str, value: Any) -> None:
    if type(value) is not str:
        raise _refused(name, "not_text", value)
    if not value.strip():
        raise _refused(name, "blank", value)
    if len(value) > _LONGEST_TEXT:
        raise _refused(name, "too_long", value)
    if "\x00" in value or not _can_be_kept(value):
        raise _refused(name, "not_text", value)


def _can_be_kept(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:  # half of a character
        return False
    return True


def _whole(name: str, value: Any) -> None:
    if type(value) is int and 1 <= value <= _LARGEST_WHOLE:
        return
    if name.endswith("_fen"):
        raise InvalidAmount(field=name, amount_fen=_shown(value))
    raise _refused(name, "not_a_positive_whole_number", value)


def _seconds(name: str, value: Any) -> None:
    if type(value) not in (int, float) or not (math.isfinite(value) and 0 < value <= _LARGEST_WHOLE):
        raise _refused(name, "not_a_positive_number", value)


def _flag(name: str, value: Any) -> None:
    if type(value) is not bool:
        raise _refused(name, "neither_true_nor_false", value)


def _choice(choices: tuple[Any, ...], name: str, value: Any) -> None:
    if value not in choices:
        raise _refused(name, "no_such_choice", value)


def _object(name: str, value: Any) -> None:
    try:
        if isinstance(value, Mapping) and json.dumps(dict(value), **_KEPT_AS).encode():
            return
    except (TypeError, ValueError, RecursionError):
        pass
    raise _refused(name, "not_json", value)


def _ids(name: str, value: Any) -> None:
    if type(value) is not list:
        raise _refused(name, "not_a_list", value)
    for each in value:
        _whole(name, each)


def _refused(name: str, reason: str, value: Any) -> BadInput:
    return BadInput(field=name, reason=reason, value=_shown(value))


def _shown(value: Any) -> str:
    return ascii(value)[:_LONGEST_SHOWN]


_CHECKS: Final[Mapping[Any, _Check]] = {
    str: _text,
    int: _whole,
    float: _seconds,
    bool: _flag,
    dict[str, Any]: _object,
    Mapping[str, Any]: _object,
    list[int]: _ids,
}
