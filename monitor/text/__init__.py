"""What the monitor knows about text: folding, words, display form, marks of breaking news, languages."""

from monitor.ports import Language
from monitor.text.arabic import Arabic
from monitor.text.breaking import is_breaking_label, split_mark
from monitor.text.detect import languages_of
from monitor.text.display import clean
from monitor.text.english import English
from monitor.text.french import French
from monitor.text.identity import title_key
from monitor.text.normalize import Folded, fold, fold_text
from monitor.text.tokens import Token, tokens

LANGUAGES: dict[str, Language] = {language.code: language for language in (Arabic(), French(), English())}

__all__ = [
    "LANGUAGES",
    "Folded",
    "Token",
    "clean",
    "fold",
    "fold_text",
    "is_breaking_label",
    "languages_of",
    "split_mark",
    "title_key",
    "tokens",
]
