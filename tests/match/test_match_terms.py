"""Terms in headlines: the spellings that must be found, the look-alikes that must not, and their places."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.match.rules import Rule, compile_rules
from monitor.match.written import problem
from monitor.model import Headline, Section

anything = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


def headline(title):
    return Headline(
        source="site",
        key="k",
        title=title,
        section=Section.LIST,
        first_seen_at=datetime(2026, 3, 2, tzinfo=UTC),
    )


def spots(term, title):
    """Return the pieces of the title where the term stands."""
    matches = compile_rules([Rule(name="r", any=(term,))]).evaluate(headline(title))
    return [title[span.start : span.end] for match in matches for span in match.spans]


@pytest.mark.parametrize(
    ("term", "title", "piece"),
    [
        ("الأمن", "تعزيز ﻷﻣﻦ المطارات", "ﻷﻣﻦ"),
        ("الأمن", "قوات الأمـــن تنتشر", "الأمـــن"),
        ("الأمن", "مجلس الأَمْنِ يجتمع", "الأَمْنِ"),
        ("الأمن", "الإخلال بالأمن العام", "بالأمن"),
        ("الأمن", "جهود للأمن الوطني", "للأمن"),
        ("الأمن", "اهتمام وبالأمن أيضا", "وبالأمن"),
        ("الأمن", "فللأمن دور كبير", "فللأمن"),
        ("أمن", "رجال «الأمن» يتدخلون", "الأمن"),
        ("الأمن", 'بلاغ لـ"الأمن" الوطني', "الأمن"),
        ("الأمن", "رجال ال\u200fأمن", "ال\u200fأمن"),
        ("ملك", "زيارة الملک", "الملک"),
        ("المغربي", "المغربی يفوز", "المغربی"),
        ("2025", "ميزانية ٢٠٢٥", "٢٠٢٥"),
        ("متهم", "حجز17متهم جديد", "متهم"),
        ("المحكمة", "قرار للمحكمه", "للمحكمه"),
        ("état", "L’État annonce", "État"),
        ("Etat", "L'ETAT ANNONCE", "ETAT"),
        ("l'État", "la dette de l’état", "l’état"),
        ("cœur", "opération à coeur ouvert", "coeur"),
        ("coeur", "opération à cœur ouvert", "cœur"),
        ("istanbul", "Séisme à İstanbul", "İstanbul"),
        ("İstanbul", "quake near ISTANBUL", "ISTANBUL"),
        ("Egypt", "Egypt's new port", "Egypt"),
        ("Tor", "Police unmask Tor users", "Tor"),
        ("Москва", "Поезд МОСКВА", "МОСКВА"),
    ],
)
def test_a_word_is_found_in_its_spellings(term, title, piece):
    assert [piece] == spots(term, title)


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("الأمن", "تعيين أمين عام جديد"),
        ("الأمن", "وعكة تلغي أمنية لاعب"),
        ("مصر", "سطو على مصرف"),
        ("قطر", "قطرات مطر"),
        ("roi", "trois blessés"),
        ("RAM", "un programme chargé"),
        ("Tor", "Elementor updated"),
        ("ONU", "bonus et malus"),
        ("ألم", "لم يحضر أحد"),
        ("ألعاب", "تحليل لعاب المتسابقين"),
        ("إلغاء", "تفكيك شبكة بغاء"),
        ("الله", "قال له الوزير"),
        ("خبر", "خبر عاجل: إغلاق الميناء"),
        ("minute", "Dernière minute : séisme au large"),
    ],
)
def test_a_look_alike_is_not_found(term, title):
    assert [] == spots(term, title)


@pytest.mark.parametrize(
    ("term", "title", "piece"),
    [
        ("المكتب المركزي", "عملية للمكتب المركزي للأبحاث", "للمكتب المركزي"),
        ("حد السوالم", "حريق بحد السوالم", "بحد السوالم"),
        ("حد السوالم", "حريق ب«حد» «السوالم»", "حد» «السوالم"),
        ("وزير الداخلية", "بلاغ لوزير الداخلية، اليوم", "لوزير الداخلية"),
        ("Nations unies", "les Nations-Unies réagissent", "Nations-Unies"),
        ("St. Petersburg", "Fire in St. Petersburg", "St. Petersburg"),
        ("2.5", "hausse de 2.5 %", "2.5"),
        ("a b a", "b a b a", "a b a"),
    ],
)
def test_a_phrase_is_found_where_its_words_stand_together(term, title, piece):
    assert [piece] == spots(term, title)


@pytest.mark.parametrize(
    ("term", "title"),
    [
        ("وزير الداخلية", "الوزير: الداخلية مستعدة"),
        ("وزير الداخلية", "الداخلية وزير"),
        ("وزير الداخلية", "وزير الشؤون الداخلية"),
        ("وزير الداخلية", "استقبل الوزير"),
        ("وزير الداخلية", "الداخلية: بلاغ"),
        ("Nations unies", "des nations… unies"),
    ],
)
def test_a_phrase_needs_its_words_together_in_order_and_in_one_sentence(term, title):
    assert [] == spots(term, title)


def test_every_place_of_a_term_is_told():
    assert ["الأمن", "بالأمن"] == spots("أمن", "الأمن يطالب بالأمن")


@pytest.mark.parametrize(
    ("term", "title", "pieces"),
    [
        ('"الأمن"', "الأمن وبالأمن وللأمن وأمن وأمنها", ["الأمن", "وبالأمن", "وللأمن"]),
        ('"أمن"', "أمن وبأمن والأمن وأمنها", ["أمن", "وبأمن"]),
        ("“grève”", "la grève, les grèves, GREVE", ["grève", "GREVE"]),
        ("«المكتب المركزي»", "بلاغ للمكتب المركزي", ["للمكتب المركزي"]),
        ('"ONU"', "l'ONU et onu", ["ONU"]),
        ('"marché"', "marché, marchés, Marche verte, MARCHE", ["marché", "MARCHE"]),
        ("exact: الأمن", "الأمن وبالأمن أمن", ["الأمن"]),
        ("Exact:onu", "l'ONU et Onu", ["ONU", "Onu"]),
        ("exact: حد السوالم", "حد السوالم وبحد السوالم", ["حد السوالم"]),
        ("قتل*", "القتلى وقتلت ومقتل وبقتله", ["القتلى", "وقتلت", "وبقتله"]),
        ("attaqu*", "L'attaquant attaque, contre-attaqué", ["attaquant", "attaque", "attaqué"]),
        (
            "vague* terroriste*",
            "une vague terroriste, des vagues terroristes",
            ["vague terroriste", "vagues terroristes"],
        ),
        ("/قتلى?|جرحى/", "مقتل وقتلى وجرحى", ["قتل", "قتلى", "جرحى"]),
        (r"/\b[أإ]من\b/", "أمن، الأمن، إمن", ["أمن", "إمن"]),
        (r"/\d+ (?:قتيل|جريح)/", "سقوط ٢٣ قتيلا و5 جريح", ["٢٣ قتيل", "5 جريح"]),
        ("/L'ÉTAT/", "l’État", ["l’État"]),
        ("/ONU/r", "l'ONU et onu", ["ONU"]),
        ("/onu/ri", "l'ONU et onu", ["ONU", "onu"]),
    ],
)
def test_signs_say_how_a_word_is_meant(term, title, pieces):
    assert pieces == spots(term, title)


def test_a_phrase_of_noun_and_adjective_may_be_parted_by_other_words():
    assert ["خلية نائمة إرهابية"] == spots("خلية إرهابية", "تفكيك خلية نائمة إرهابية")
    assert ["الخلية النائمة الخطيرة الإرهابية"] == spots("الخلية الإرهابية", "تفكيك الخلية النائمة الخطيرة الإرهابية")
    assert [] == spots("خلية إرهابية", "خلية واحد اثنان ثلاثة أربعة إرهابية")
    assert [] == spots("خلية إرهابية", "خلية نائمة: إرهابية")
    assert [] == spots('"خلية إرهابية"', "تفكيك خلية نائمة إرهابية")


def test_the_first_of_two_words_takes_no_article_when_only_the_second_has_it():
    assert ["بوزير الداخلية"] == spots("وزير الداخلية", "لقاء بوزير الداخلية")
    assert [] == spots("وزير الداخلية", "الوزير الداخلية")
    assert ["الأمن الغذائي"] == spots("أمن غذائي", "الأمن الغذائي")


def test_gaps_and_sentences_count_on_both_sides_of_the_longest_word():
    assert ["مفاوضات جديدة سرية"] == spots("مفاوضات سرية", "مفاوضات جديدة سرية")
    assert [] == spots("مفاوضات سرية", "مفاوضات. سرية")
    assert [] == spots("président Macron", "Le président. Macron parle")
    assert [] == spots("président Macron", "Le président Emmanuel Macron")


def test_long_phrases_are_names_and_have_no_gaps():
    assert ["خلية سرية مسلحة كبيرة خطيرة"] == spots("خلية سرية كبيرة خطيرة", "خلية سرية مسلحة كبيرة خطيرة")
    assert [] == spots("خلية سرية كبيرة خطيرة جديدة", "خلية سرية كبيرة مسلحة خطيرة جديدة")


def test_a_word_that_misses_a_space_is_found():
    assert ["وزيرالداخلية"] == spots("وزير الداخلية", "بلاغ وزيرالداخلية")


@pytest.mark.parametrize("term", ["", "  ", "!!!", "«»", "\u200f", "🔴", "exact:", '""', "*", "//"])
def test_a_term_that_says_nothing_is_a_problem(term):
    assert problem(term)
    with pytest.raises(ValueError, match=r"rule 'r': "):
        compile_rules([Rule(name="r", none=(term,), breaking=True)])


@pytest.mark.parametrize(
    ("term", "message"),
    [
        ("قتل *", "a \\* stands elsewhere than at the end of a word"),
        ("قتل*ى", "a \\* stands elsewhere"),
        ("*قتل", "a \\* stands elsewhere"),
        ("قت*", "'قت\\*' begins too many words"),
        ('"قتل*"', "is to be found as it is written"),
        ("exact: قتل*", "is to be found as it is written"),
        ("/قتل", "has no / at its end"),
        ("/x/g", "unknown sign 'g'"),
        ("/(قتل/", "missing \\), unterminated subpattern at character 1"),
        ("/قتل(?=ى)/", r"looking around with \(\?= is not supported.*at character 4"),
    ],
)
def test_a_term_that_cannot_be_looked_for_says_why(term, message):
    with pytest.raises(ValueError, match=message):
        compile_rules([Rule(name="r", any=(term,))])


@pytest.mark.parametrize("term", ["الأمن", "حد السوالم", "l'État", "24/7", "2030", "AC/DC", "St. Petersburg", "@user"])
def test_words_are_no_problem(term):
    assert problem(term) is None


@given(anything, anything)
def test_a_span_is_a_piece_of_the_title_that_holds_the_term(term, rest):
    if problem(term):
        return
    title = f"{rest} {term} {rest}"
    for piece in spots(term, title):
        assert piece
        assert piece in title


# Letters that make no listed word: names and other nouns are told apart from what they look like.
@given(st.text("ثخذزشصضطظغ", min_size=3, max_size=8), st.sampled_from(["", "و", "ف", "ب", "ال", "بال", "لل", "وال"]))
def test_every_arabic_word_is_found_behind_its_particles(word, particles):
    assert [f"{particles}{word}"] == spots(word, f"قبل {particles}{word}، بعد")
