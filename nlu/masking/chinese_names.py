"""Names in Chinese characters: where somebody is introduced, before titles, or in a label."""

import re
from collections.abc import Iterator

from nlu.masking.known_names import chinese_family, chinese_given
from nlu.masking.spans import Personal

_HAN = r"[\u4e00-\u9fff]"
# After these a name comes, whatever it is made of.
_NAMED = re.compile(
    rf"(?:我叫|叫我|我的名字(?:是|叫)|名字(?:是|叫)|收件人(?:是|叫)?|收货人(?:是|叫)?|姓名(?:是)?|"
    rf"联系人(?:是)?|持卡人(?:是)?|署名)\s*[:\uff1a]?\s*(?P<rest>{_HAN}+)"
)
_LIKELY = re.compile(rf"(?:我是|这是|找)\s*(?P<rest>{_HAN}+)")
_FAMILY = re.compile(rf"我姓\s*(?P<rest>{_HAN}+)")
_TITLED = re.compile(rf"(?P<name>{_HAN}{{1,3}})(?=先生|女士|小姐|太太)")
_LABEL = re.compile(rf"^\s*(?P<rest>{_HAN}{{2,4}})(?=[\s,\uff0c\u3001;\uff1b]+\S*\d)")
_PET = re.compile(rf"[小阿老]{_HAN}|{_HAN}[哥姐]|(?P<one>{_HAN})(?P=one)")
_AFTER = re.compile(r"(?:$|[^\u4e00-\u9fff]|就|的|在|想|要|买|和|,)")
# What follows "I am called" where no name does: particles, counts, food that was ordered.
_NO_NAME = re.compile("[了过着不什没去来等他你她您快别怎的一二三四五六七八九十几外]")


def find_chinese(text: str) -> Iterator[Personal]:
    """Every such name."""
    for match in _NAMED.finditer(text):
        yield from _taken(match, _length(match["rest"], sure=True))
    for match in (*_LIKELY.finditer(text), *_LABEL.finditer(text)):
        yield from _taken(match, _length(match["rest"], sure=False))
    for match in _FAMILY.finditer(text):
        yield from _taken(match, len(chinese_family(match["rest"])))
    for match in _TITLED.finditer(text):
        # The longest end of it that begins with a family name.
        name = match["name"]
        start = next((n for n in range(len(name)) if chinese_family(name[n:])), None)
        if start is not None:
            yield Personal(match.start() + start, match.end(), "name")


def _taken(match: re.Match[str], length: int) -> Iterator[Personal]:
    if length:
        yield Personal(match.start("rest"), match.start("rest") + length, "name")


def _length(rest: str, *, sure: bool) -> int:
    """How many characters of it are a name; 0 where none is.

    Args:
        sure: a name was announced: a family name and two more are one, whatever they mean.
    """
    if _NO_NAME.match(rest):
        return 0
    if sure and (pet := _PET.match(rest)):
        return pet.end()
    family = chinese_family(rest)
    if family:
        given = rest[len(family) :]
        if len(given) >= 2 and all(char in chinese_given() for char in given[:2]):
            return len(family) + 2
        if given and given[0] in chinese_given() and (not sure or _AFTER.match(given[1:])):
            return len(family) + 1 if _AFTER.match(given[1:]) else 0
        if sure and given:
            return len(family) + (2 if len(given) >= 2 and not _AFTER.match(given[1:]) else 1)
        return 0
    return len(rest) if sure and 2 <= len(rest) <= 3 else 0
