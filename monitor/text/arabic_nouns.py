"""How Arabic nouns and adjectives inflect: pronouns, dual, sound and broken plurals; particles are read elsewhere."""

from __future__ import annotations

from typing import NamedTuple

# Without the article these two letters are another, very common word (الله, الآن).
_NEEDS_ARTICLE = frozenset(
    {
        *("ان", "ام", "او", "اي", "له", "لي", "لم", "لن", "لو", "لا", "لك", "من", "عن", "في", "ما", "مع"),
        *("قد", "هل", "هو", "هي", "يا", "ذا", "ذي", "تي", "بل", "به", "بك", "كي"),
    }
)


class Stem(NamedTuple):
    """A form without particles, and which particles can stand before it."""

    bare: bool = True  # may stand without the article
    definite: bool = True  # may stand with it
    most: int = 4  # particles without the article, in letters
    steps: tuple[str, ...] = ()

    def takes(self, particles: str, *, article: bool) -> bool:
        """Tell whether the form can stand behind these."""
        return self.definite if article else self.bare and len(particles) <= self.most


def inflect(base: str, *, written: str, article: bool, family: bool) -> dict[str, Stem]:
    """Return the stems of a folded word without its article; `written` is the word as a person wrote it."""
    del written, family
    if len(base) < 2:
        return {base: Stem(definite=False, most=0)}
    if len(base) == 2:
        return {base: Stem(bare=not (article and base in _NEEDS_ARTICLE), most=1)}
    stems = {base: Stem()}
    if base.endswith("ة"):
        stems[base[:-1] + "ه"] = Stem()
    return stems
