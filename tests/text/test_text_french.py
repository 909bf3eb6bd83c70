"""Which French words count as a word: plural and feminine, spelled with accents or without, and no look-alikes."""

import pytest

from monitor.text import LANGUAGES, fold_text


def accepts(keyword, word, *, family=False):
    return fold_text(word) in LANGUAGES["fr"].forms(keyword, family=family)


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("grève", "grève grèves GREVE Grèves"),
        ("grèves", "grève"),
        ("hôpital", "hôpitaux"),
        ("hôpitaux", "hôpital hopital"),
        ("travail", "travaux"),
        ("feu", "feux"),
        ("réseaux", "réseau"),
        ("député", "députée députés députées"),
        ("étudiant", "étudiante étudiantes étudiants"),
        ("marocain", "marocaine marocains marocaines"),
        ("français", "française françaises"),
        ("gardien", "gardienne gardiens"),
        ("européen", "européenne"),
        ("national", "nationale nationaux nationales"),
        ("agressif", "agressive agressifs"),
        ("policier", "policière policiers policières"),
        ("directeur", "directrice directeurs"),
        ("élu", "élue élus"),
        ("négociateur", "négociatrice négociateurs"),
        ("chômeurs", "chômeur chômeuse chômeuses"),
        ("musulman", "musulmane musulmans"),
        ("œil", "yeux oeil"),
        ("cœur", "coeur coeurs"),
        ("Fès", "Fez fes"),
        ("prix", "prix"),
    ],
)
def test_a_word_is_found_in_its_forms(keyword, words):
    assert [] == [word for word in words.split() if not accepts(keyword, word)]


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("roi", "trois droit rois-mages reine"),
        ("port", "porte porter report"),
        ("arrêt", "arrêté arrête"),
        ("rapport", "rapporte"),
        ("emploi", "emploie employé"),
        ("parti", "partie parties"),
        ("médecin", "médecine"),
        ("capital", "capitale"),
        ("police", "policier policière policy"),
        ("climat", "climatique climatisation climate"),
        ("cours", "cour"),
        ("Paris", "pari paris-brest"),
        ("loi", "emploi exploit"),
        ("Maroc", "marocain marocs"),
        ("bus", "bu"),
    ],
)
def test_other_words_are_other_words(keyword, words):
    assert [] == [word for word in words.split() if accepts(keyword, word)]


def test_family_adds_adjectives():
    assert accepts("Maroc", "marocaines", family=True)
    assert accepts("Algérie", "algérienne", family=True)
    assert accepts("climat", "climatiques", family=True)
