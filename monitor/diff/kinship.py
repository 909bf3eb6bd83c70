"""How much of a word another one counts as: derivations, spellings and particles; knows no list of words."""

from __future__ import annotations

from monitor.diff.stems import root

# How much of a word counts when its root is shared, all but one letter, or all but a particle.
_ROOT, _TYPO, _PARTICLE = 0.85, 0.9, 0.95


def kinship(key: str, other: str) -> float:
    """Return how much of a stem another one counts as: 0 to 1."""
    shared = root(key)
    if shared and shared == root(other):
        return _ROOT
    if abs(len(key) - len(other)) > 1 or not (key[0] == other[0] or key[-1] == other[-1]):
        return 0.0  # what differs by one letter begins or ends alike
    if _behind_particle(key, other) or _behind_particle(other, key):
        return _PARTICLE
    return _TYPO if one_letter_apart(key, other) else 0.0


def one_letter_apart(word: str, other: str) -> bool:
    """Tell whether two words of five letters or more differ by one letter, or by two neighbours that swapped."""
    short, long = (word, other) if len(word) <= len(other) else (other, word)
    if len(short) < 5 or len(long) - len(short) > 1 or not short[0].isalpha():
        return False
    start = next((i for i in range(len(short)) if short[i] != long[i]), len(short))
    most = len(short) - start
    end = next((i for i in range(most) if short[-1 - i] != long[-1 - i]), most)
    left = len(long) - start - end
    return left <= 1 or (left == 2 and len(short) == len(long) and short[start] == long[start + 1])


def _behind_particle(word: str, other: str) -> bool:
    """Tell whether a word is another one behind an Arabic particle; alone, its first letter may be its own."""
    return len(word) == len(other) + 1 and len(other) >= 3 and word[0] in "وفبلك" and word.endswith(other)
