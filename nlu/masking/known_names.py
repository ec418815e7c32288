"""Lists of names: those of Faker (MIT) for many countries, short forms, pinyin, Chinese families.

Everything is in small letters without accents, as people type.
"""

import re
from functools import lru_cache
from importlib import import_module

from nlu.dataset import DATA
from nlu.masking.goods import fold

_LOCALES = (
    "cs_CZ", "da_DK", "de_AT", "de_DE", "en_GB", "en_IE", "en_IN", "en_KE", "en_NG", "en_NZ",
    "en_PK", "en_US", "es_ES", "es_MX", "et_EE", "fi_FI", "fr_DZ", "fr_FR", "ga_IE", "ha_NG",
    "hr_HR", "hu_HU", "id_ID", "ig_NG", "it_IT", "lt_LT", "nl_NL", "no_NO", "pl_PL", "pt_BR",
    "pt_PT", "ro_RO", "ru_RU", "sk_SK", "sl_SI", "sv_SE", "sw", "tr_TR", "tw_GH", "uk_UA",
    "vi_VN", "yo_NG", "zu_ZA",
)  # fmt: skip
_SHORT_FORMS = """
    abby abdullah ahmed aisha alex ama amadou aminata ananya andy archie arjun asia barb bartek
    becky ben bert beth beto betty bob bobby bri cam cathy charlie chaz chidi chris chuy cindy
    connie dan danny dave debbie deepak dima don ed eddie ellie emeka fatima femke fran freddie
    gabby gaz gerry gigi gosia greg gus hal harry haruka hassan heidi hiroshi ibrahim ilse izzy
    jack jake jamie jarek jayden jeff jen jenny jerry jess jihoon jim jimmy jiwoo joe joey jon
    joost josh jupp kasia kate kath katie katya keiko kenji kev khadija kim kirsty kofi kolya
    kuba kwabena kwame larry layla lenny les lexi liam linda liz lizzie lola lotte lou luke
    maggie mandy marek masha matt meg mel mick mike milly minho minji misha mitch mohammed
    molly nacho nando nate ned neha ngozi nick nicky nige nkechi norm olly oluwaseun olya omar
    paco pam pepe pete petya phil pino ploy polly pooja priya priyanka rach rahul raju ravi ray
    ricky rob robbie robby ron ronnie ross sakura sam sammy sanjay sanne sasha sid somchai
    steph steve sue suzy svenja takashi tam ted teddy temi terry tim tina toby tom tomek tommy
    tony toto trish tunde uwe val vic vicky vince viv vova walt wes yuki yusuf zack zainab zak
    zeke zoe
"""
_PINYIN_FAMILIES = """
    bai cai cao chen cheng cui dai deng ding dong du duan fan fang feng fu gao gong gu guo han
    hao he hou hu huang jia jiang jin kong lai lei li liang liao lin liu long lu luo lv ma mao
    meng mo ning ouyang pan peng qian qiao qin qiu ren shao shen shi sima song su sun tan tang
    tao tian wan wang wei wen wu xia xiang xiao xie xiong xu xue yan yang yao ye yi yin yu yuan
    zeng zhang zhao zheng zhong zhou zhu zhuge zou
"""
_SYLLABLE = (
    r"(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    r"(?:iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|uo|"
    r"ui|ue|"
    r"ve|a|o|e|i|u|v))"
)
_PINYIN = re.compile(rf"(?:{_SYLLABLE}){{1,2}}")
_FEWEST_LETTERS = 3
_COMPOUND = ("欧阳", "司马", "诸葛", "上官", "司徒", "慕容", "皇甫", "令狐", "夏侯", "东方")


def is_first_name(word: str) -> bool:
    """Whether it is on a list of first names, or each half of it is."""
    folded = fold(word)
    return folded in first_names() or all(half in first_names() for half in folded.split("-"))


def is_english(word: str) -> bool:
    """Whether it is an English word as well, in small letters."""
    return fold(word).replace("’", "'").removesuffix("'s") in english_words()


def is_pinyin(words: list[str]) -> bool:
    """Whether two words are a Chinese family and given name, in either order."""
    if len(words) != 2:
        return False
    first, second = (fold(word).replace("-", "") for word in words)
    return any(
        family in _pinyin_families() and _PINYIN.fullmatch(given) and not is_english(given)
        for family, given in ((first, second), (second, first))
    )


def chinese_family(text: str) -> str:
    """The family name that a Chinese text begins with, or nothing."""
    if text[:2] in _COMPOUND:
        return text[:2]
    return text[:1] if text[:1] in chinese_families() else ""


@lru_cache(maxsize=1)
def first_names() -> frozenset[str]:
    """First names of many countries."""
    romanized = (("ja_JP", "first_romanized_names"),)
    return _listed("first_names", *romanized) | frozenset(_SHORT_FORMS.split())


@lru_cache(maxsize=1)
def last_names() -> frozenset[str]:
    """Family names of many countries."""
    return _listed("last_names", ("ja_JP", "last_romanized_names"))


@lru_cache(maxsize=1)
def chinese_families() -> frozenset[str]:
    """Family names of one character."""
    names = {*_names("zh_CN", "last_names"), *_names("zh_TW", "last_names")}
    return frozenset(name for name in names if len(name) == 1)


@lru_cache(maxsize=1)
def chinese_given() -> frozenset[str]:
    """Characters of given names."""
    names = {*_names("zh_CN", "first_names"), *_names("zh_TW", "first_names")}
    return frozenset("".join(names))


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Common English words: a name that is one of them is seldom meant."""
    return frozenset((DATA / "english.txt").read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _pinyin_families() -> frozenset[str]:
    return frozenset(_PINYIN_FAMILIES.split())


def _listed(which: str, *more: tuple[str, str]) -> frozenset[str]:
    names = {fold(name) for locale in _LOCALES for name in _names(locale, which)}
    names |= {fold(name) for locale, other in more for name in _names(locale, other)}
    return frozenset(name for name in names if len(name) >= _FEWEST_LETTERS)


def _names(locale: str, which: str) -> list[str]:
    provider = import_module(f"faker.providers.person.{locale}").Provider
    return [str(name) for name in getattr(provider, which, ())]
