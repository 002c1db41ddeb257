"""The parts of a message that may each be a question. Texts are `nlu.text.normalise`d."""

from __future__ import annotations

import re

from nlu.text import content

# Punctuation has become a blank; these words join two questions without one.
_JOINTS = re.compile(
    " |还有(?=[怎咋为如什啥多哪几能可是要我想])|另外|顺便|再问|还想问|以及|同时|(?<=.)和(?=[怎咋如])"
    "|(?<=吗)(?=.{4})"
    # told in which order to answer: 先说欠多少再说怎么关
    "|(?:然后|再)(?=[跟给和]我[说讲]|告诉我|[说讲](?:一?[下说讲])?[怎咋如什多哪几能可]|教我)"
)
_ASKS = re.compile(
    "[怎咋啥哪吗么]|如何|什么|多少|(?<![好这那前过])几[天号月期时点次]|多久|为何|是不是|有没有|能不能|可不可以|会不会|要不要|能否"
    "|是否|[看查](?:[看查]|一?下)|(?<![妈爸人友公婆哥姐弟妹])帮我|我要|我想|想要(?![了啦]? |[了啦]?$)"
)
# Calls for a person, be it only where the answer does not help: 另外转人工, 不行就人工.
_CALLS = re.compile(
    "(?:.*(?<![不别])(?<![不别]要)(?<![不别]用))?转接?(?:人工|真人|客服)"
    "|(?:(?:不行|解决不了|办不了|搞不定|没用|不然)(?:的话)?|那|就|请|麻烦|我|想|要|还是|直接|帮我|给我|再|也|来|找|叫|个)*"
    "(?:人工|真人)(?:客服|服务)?[吧啊呀了 ]*$"
)
_UNKNOWN = re.compile("忘了|忘记|不知道|不晓得|不清楚")  # 忘了哪个号 tells, it does not ask
_LEAST_CHARS = 3  # fewer say nothing by themselves: 你好, 急, 然后呢


def questions(normalised: str) -> list[str]:
    """The clauses that ask or wish for something, in their order; empty when there are fewer than two."""
    found = [each.strip() for each in _JOINTS.split(normalised) if _asks(each) or _CALLS.match(each.strip())]
    return found if len(found) > 1 else []


def _asks(clause: str) -> bool:
    said = len(content(clause)) >= _LEAST_CHARS
    return said and _ASKS.search(clause) is not None and not _UNKNOWN.search(clause)
