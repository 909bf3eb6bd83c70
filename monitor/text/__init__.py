"""What the monitor knows about text: folding, words, display form, marks of breaking news, languages."""

from monitor.ports import Token
from monitor.text.breaking import headline_start, is_breaking_label, split_mark
from monitor.text.detect import languages_of
from monitor.text.display import clean
from monitor.text.identity import title_key
from monitor.text.normalize import Folded, fold, fold_text
from monitor.text.tokens import tokens, unglued
from monitor.text.words import LANGUAGES, cores, forms_of, is_acronym

__all__ = [
    "LANGUAGES",
    "Folded",
    "Token",
    "clean",
    "cores",
    "fold",
    "fold_text",
    "forms_of",
    "headline_start",
    "is_acronym",
    "is_breaking_label",
    "languages_of",
    "split_mark",
    "title_key",
    "tokens",
    "unglued",
]
