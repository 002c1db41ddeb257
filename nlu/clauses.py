"""The parts of a message that may each be a question. Texts are `nlu.text.normalise`d."""

from __future__ import annotations

import re

from nlu.text import content

# Punctuation has become a blank; these words join two questions without one.
_JOINTS = re.compile(
    " |还有(?=[怎咋为如什啥多哪几能可是要我想])|另外|顺便|再问|还想问|以及|同时|(?<=.)和(?=[怎咋如])"
    "|(?<=吗)(?=.{4})"
)
_ASKS = re.compile(
    "[怎咋啥哪吗么]|如何|什么|多少|(?<![好这那前过])几[天号月期时点次]|多久|为何|是不是|有没有|能不能|可不可以|会不会|要不要|能否"
    "|是否|[看查](?:[看查]|一?下)|(?<![妈爸人友公婆哥姐弟妹])帮我|我要|我想|想要(?![了啦]? |[了啦]?$)"
)
_UNKNOWN = re.compile("忘了|忘记|不知道|不晓得|不清楚")  # 忘了哪个号 tells, it does not ask
_LEAST_CHARS = 3  # fewer say nothing by themselves: 你好, 急, 然后呢


def questions(normalised: str) -> list[str]:
    """The clauses that ask or wish for something, in their order; empty when there are fewer than two."""
    found = [
        each.strip()
        for each in _JOINTS.split(normalised)
        if len(content(each)) >= _LEAST_CHARS and _ASKS.search(each) and not _UNKNOWN.search(each)
    ]
    return found if len(found) > 1 else []
