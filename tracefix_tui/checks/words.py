"""Words as the checks compare them: function words, stems, number words. Plain tables, English first."""

from __future__ import annotations

from functools import lru_cache

_FUNCTION_WORDS = """
a about above according across after again against all also although always am among an and another any are
around as at based be because been before being below between both but by came can cannot context could did do
does doing don't done down due during each either else even ever every few following for from further get gets
getting given go goes got had has have having he hence her here hers herself him himself his how however i if in
include includes including indeed instead into is isn't it it's its itself just let like likely may me might
mine more moreover most much must my myself neither no nor not now of off often on once one only onto or other
others otherwise our ours ourselves out over own passage passages per provided rather same several shall she
should since so some something such than that that's the their theirs them themselves then there there's
therefore these they this those though through thus to together too toward towards under until unto up upon us
use used uses using very via was we were what when where whether which while who whom whose why will with within
without would yes yet you you're your yours yourself yourselves
"""
_NUMBER_WORDS = """
0 zero, 1 one first once, 2 two second twice, 3 three third, 4 four fourth, 5 five fifth, 6 six sixth, 7 seven seventh,
8 eight eighth, 9 nine ninth, 10 ten tenth, 11 eleven, 12 twelve, 13 thirteen, 14 fourteen, 15 fifteen, 20 twenty,
30 thirty, 40 forty, 50 fifty, 60 sixty, 90 ninety, 100 hundred, 1000 thousand
"""
_MONTHS = "january february march april may june july august september october november december"
_SUFFIX_LIST = "ingly edly ations ation ments ment ings ing ies ied ers er est ed es ly s e"
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
NUMBER_WORDS = {word: item.split()[0] for item in _NUMBER_WORDS.split(",") for word in item.split()[1:]}
SCALES = {"thousand": 1e3, "k": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
MONTHS = tuple(_MONTHS.split())
_SUFFIXES = tuple(_SUFFIX_LIST.split())


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """A crude English stem of a lower-case word: one suffix off when three letters stay, then a final y or i."""
    if word.endswith("'s"):
        word = word[:-2]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] in "yi" else word


def number_key(text: str) -> str:
    """A number as it is compared: without commas, percent sign, leading zeros and needless decimals."""
    plain = text.replace(",", "").rstrip("%").lower()
    if len(plain) > 18:
        return plain
    try:
        value = float(plain)
    except ValueError:
        return plain
    return str(int(value)) if value.is_integer() else repr(value)
