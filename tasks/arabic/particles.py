"""Closed classes of Arabic words, as keys: each stands here once, with its meaning in its name.

Words that a newspaper adds to (titles, peoples, words of saying) are no closed class: they stand beside their use or in
`config/cues` and `config/actors`.
"""

from __future__ import annotations

from typing import Final

from nabra.tasks.arabic.folding import fold


def _keys(*words: str) -> frozenset[str]:
    return frozenset(map(fold, words))


IN: Final = fold("في")
FROM: Final = fold("من")
TO: Final = fold("إلى")
ABOUT: Final = fold("عن")
FOR: Final = fold("ل")  # joined to its noun
AS: Final = fold("كما")
IN_THE_NAME_OF: Final = fold("باسم")
EACH: Final = _keys("كل", "كلا")

# Joined to a verb, a noun or a preposition. Those of the third person take up who or what was named.
HIM: Final = "ه"
THIRD_PERSON_PRONOUNS: Final = (HIM, "ها", "هم", "هما", "هن")
JOINED_PRONOUNS: Final = frozenset((*THIRD_PERSON_PRONOUNS, "ك", "كم", "نا"))

# What leads a relative clause: of a noun before it; of none.
RELATIVE_PRONOUNS: Final = _keys(
    "الذي", "التي", "اللذان", "اللذين", "اللتان", "اللتين", "الذين", "اللاتي", "اللواتي", "اللائي"
)
FREE_RELATIVES: Final = _keys("ما", "من", "وما")

WAS: Final = _keys("كان", "كانت", "كانا", "كانتا", "كانوا")
THAT_WITH_PRONOUN: Final = _keys("أنه", "أنها", "أنهما", "أنهم", "أنهن")

# Pronouns, auxiliaries and particles with which no name starts.
NAMELESS: Final = _keys("هو", "هي", "هم", "قد", "كان", "كانت", "ما", "لم", "لا", "ذلك", "هذا", "نحن", "أنا")

# Prepositions as a pronoun is joined to them: فيه, عليها, خلاله. ال is إلى before a pronoun.
PREPOSITIONS_BEFORE_PRONOUNS: Final = ("في", "عن", "علي", "ال", "من", "خلال", "ب", "ل")

# Prepositions before a place; before the one whom an act is directed at; before whom an office is no part of.
PLACE_PREPOSITIONS: Final = _keys("في", "عبر", "داخل", "شمال", "جنوب", "شرق", "غرب", "إلى", "لدى")
DIRECTING_PREPOSITIONS: Final = _keys("على", "ضد", "عن", "من", "إلى", "تجاه", "إزاء", "في", "مع")
PARTING_PREPOSITIONS: Final = _keys("في", "من", "إلى", "على", "عن", "مع", "ضد", "لدى", "عند", "بشأن", "حول")

# Words of a family with which a person's name goes on: محمد بن سلمان | بن عبدالعزيز, سلمان بن عبدالعزيز | آل سعود.
NAME_LINKS: Final = _keys("بن", "ابن", "بنت", "عبد", "أبو", "أبي", "آل", "أم")

# Words before the verb of a new clause: كما قال, من جانبه قال.
CLAUSE_OPENERS: Final = _keys(
    "كما", "فيما", "بينما", "حيث", "جانبه", "جانبها", "جهته", "جهتها", "بدوره", "بدورها", "جانبهم"
)

# Endings of a noun, by its form.
TA_MARBUTA: Final = fold("ة")
FEMININE_ENDINGS: Final = (TA_MARBUTA, "ات")
PLURAL_ENDINGS: Final = ("ون", "ين", "ات")
BELONGING_ENDINGS: Final = ("ي", "يه", "يون")  # السعودي, السعودية, السعوديون

# Words after which a verb stands.
BEFORE_VERBS: Final = _keys("أن", "لا", "لم", "لن", "قد", "لقد", "ما", "س", "كي", "حتى", "إذا")

# Words of closed classes with their part of speech in the treebank.
_DEMONSTRATIVES: Final = ("هذا", "هذه", "هذان", "هذين", "هاتان", "هاتين", "هؤلاء", "ذلك", "تلك", "أولئك")
_PERSONAL: Final = ("أنا", "نحن", "أنت", "أنتم", "هو", "هي", "هم", "هن", "هما")
_PARTICLES: Final = ("لا", "لم", "لن", "ما", "إلا", "قد", "لقد", "لعل", "ليت", "نعم", "كلا", "سوى")
_ROUND_NUMBERS: Final = (
    "مليون",
    "مليونا",
    "مليار",
    "مليارا",
    "ملايين",
    "مليارات",
    "ألف",
    "ألفا",
    "آلاف",
    "مائة",
    "مئة",
)
_PREPOSITIONS: Final = ("في", "من", "إلى", "على", "عن", "مع", "حتى", "بدون", "دون", "لدى", "خلال")
CLOSED_CLASSES: Final = {
    **dict.fromkeys((*RELATIVE_PRONOUNS, *map(fold, _DEMONSTRATIVES)), "DET"),
    **dict.fromkeys(map(fold, _PERSONAL), "PRON"),
    **dict.fromkeys(map(fold, _PARTICLES), "PART"),
    **dict.fromkeys(map(fold, ("لكن", "أو", "أم", "بل", "ثم")), "CCONJ"),
    **dict.fromkeys(map(fold, ("أن", "إن", "لو", "إذا", "بأن", "وإن", "ولو", "لأن", "كأن")), "SCONJ"),
    **dict.fromkeys(map(fold, _ROUND_NUMBERS), "NUM"),
    **dict.fromkeys(map(fold, _PREPOSITIONS), "ADP"),
}
