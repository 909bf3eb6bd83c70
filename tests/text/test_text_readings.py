"""How a headline's word comes from the word looked for: the steps told, the article, capitals, glued words."""

import pytest

from monitor.text import cores, fold, forms_of, tokens, unglued


def token(written):
    [found] = tokens(fold(written))
    return found


@pytest.mark.parametrize(
    ("word", "written", "article", "steps"),
    [
        ("الأمن", "الأمن", True, ()),
        ("الأمن", "أمن", False, ("no article",)),
        ("أمن", "وللأمن", True, ("clitic و", "clitic ل", "article")),
        ("السيسي", "ياسيسي", False, ("clitic يا", "no article")),
        ("état", "ETAT", False, ()),
    ],
)
def test_a_reading_tells_the_steps_from_word_to_token(word, written, article, steps):
    assert (article, steps) == forms_of(word).read(token(written))


def test_another_word_has_no_reading():
    assert forms_of("الأمن").read(token("أمين")) is None
    assert forms_of("roi").read(token("trois")) is None


@pytest.mark.parametrize("word", ["الأمن", "اللغة", "سد", "état", "police", "ONU", "2030", "Москва"])
def test_every_token_of_a_word_is_found_under_its_cores(word):
    forms = forms_of(word)
    for text in forms:
        assert text in forms
        assert set(cores(text)) & set(forms.cores)


def test_an_acronym_counts_in_capitals_only():
    assert forms_of("EU").read(token("EU"))
    assert forms_of("EU").read(token("E.U."))
    assert forms_of("E.U.").read(token("EU"))
    assert forms_of("EU").read(token("eu")) is None


def test_capitals_are_told():
    assert [True, False, False, False] == [t.capitals for t in tokens(fold("ONU Onu a الأمن"))]


@pytest.mark.parametrize(
    ("word", "same", "other"),
    [
        ("retraites", "retraites RETRAITES", "retraités retraitées"),
        ("marché", "marché marchés MARCHE", "marche marches"),
        ("maïs", "maïs MAIS", "mais"),
        ("إمام", "إمام امام والإمام", "أمام"),
        ("الأمن", "الأمن الامن", "الآمن آمن"),
    ],
)
def test_accents_and_hamzas_tell_words_apart_where_the_title_has_them(word, same, other):
    assert all(forms_of(word).read(token(written)) for written in same.split())
    assert not any(forms_of(word).read(token(written)) for written in other.split())


@pytest.mark.parametrize("written", ["Onu", "ONU", "O.N.U."])
def test_an_acronym_that_is_no_other_word_may_be_written_like_one(written):
    assert forms_of("ONU").read(token(written))
    assert forms_of("ONU").read(token("onu")) is None


@pytest.mark.parametrize(
    ("term", "written"), [("Al", "El"), ("Cheikh", "Sheikh"), ("Guerguerat", "Guergarate"), ("غوتيريش", "لجوتيريس")]
)
def test_names_and_their_parts_have_several_spellings(term, written):
    assert "spelling" in forms_of(term).read(token(written)).steps


def test_a_name_in_two_words_is_one_word_with_or_without_the_space():
    for written in ("أبو ظبي", "أبوظبي", "بأبو ظبي", "لأبوظبي"):
        assert forms_of("أبو ظبي").read(token(written)), written
        assert forms_of("أبوظبي").read(token(written)), written
    assert forms_of("الله").read(token("عبد الله")) is None


@pytest.mark.parametrize("written", ["États-Unis", "Etats Unis", "ÉTATS-UNIS"])
def test_a_compound_is_one_word_that_does_not_mean_its_parts(written):
    [found] = tokens(fold(f"«{written}»"))
    assert ("etats-unis", 1, 1 + len(written)) == found[:3]
    assert forms_of("état").read(found) is None
    assert forms_of("États-Unis").read(found)


def test_a_compound_does_not_reach_over_the_end_of_a_sentence():
    assert ["nations", "unies"] == [t.text for t in tokens(fold("Nations. Unies"))]


def test_glued_words_are_taken_apart_as_a_second_reading():
    second = unglued(tokens(fold("في الدارالبيضاء اليوم")))
    assert [("في", 0, 2), ("الدار", 3, 15), ("البيضاء", 3, 15), ("اليوم", 16, 21)] == [word[:3] for word in second]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("وزيرالداخلية", "وزير الداخليه"),
        ("شرطةالقاهرة", "شرطة القاهرة"),
        ("حكومةجديدة", "حكومة جديدة"),
        ("سورياالعنوان", "سوريا العنوان"),
        ("COVID19", "covid 19"),
    ],
)
def test_words_without_a_space_between_them_are_taken_apart(written, parts):
    assert parts.replace("ه", "ة") == " ".join(token.text.replace("ه", "ة") for token in unglued(tokens(fold(written))))


@pytest.mark.parametrize("title", ["وزارة العدالة تعلن الأمن", "police 24h G20", "بر الوالدين", "", "والأمن بالدار"])
def test_headlines_without_glued_words_have_one_reading(title):
    assert unglued(tokens(fold(title))) is None
