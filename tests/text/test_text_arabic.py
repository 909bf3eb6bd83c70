"""Which Arabic tokens count as a word: its inflections and clitics, and none of its relatives and look-alikes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import LANGUAGES, fold_text, forms_of, tokens
from monitor.text import fold as fold_

ARABIC = LANGUAGES["ar"]


def accepts(keyword, word, *, family=False):
    return fold_text(word) in ARABIC.forms(keyword, family=family)


@pytest.mark.parametrize("keyword", ["الأمن", "أمن", "الامن", "الأَمْنُ"])
@pytest.mark.parametrize(
    "word",
    [
        *("أمن", "الأمن", "والأمن", "فالأمن", "بالأمن", "كالأمن", "للأمن", "وللأمن", "فللأمن", "وبالأمن"),
        *("وأمن", "بأمن", "أمنه", "أمنها", "وأمنهم", "بأمننا", "أمنا"),
    ],
)
def test_article_particles_and_pronouns_make_no_difference(keyword, word):
    assert accepts(keyword, word)


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("محكمة", "المحكمة محكمه محكمته محكمتها محكمتان محكمتين محكمتا محاكم بالمحاكم محاكمها"),
        ("انفجار", "انفجارات انفجاران انفجارين انفجارا انفجاره الانفجارات"),
        ("انفجارات", "انفجار الانفجار انفجارين"),
        ("وزير", "وزراء الوزراء وزراؤه وزرائها وزراءهم وزيران وزيرين وزيرا للوزراء"),
        ("وزراء", "وزير الوزير وزيران"),
        ("متظاهر", "متظاهرون متظاهرين متظاهرو متظاهري متظاهرات"),
        ("متظاهرين", "متظاهر متظاهرة متظاهرون متظاهرات المتظاهرون"),
        ("لاجئ", "لاجئين اللاجئين لاجئون لاجئا لاجئات"),
        ("اللاجئون", "لاجئ لاجئة لاجئين لاجئو"),
        ("مستشفى", "مستشفيات مستشفاه المستشفى بمستشفيات مستشفيان"),
        ("خلية", "خلايا خليتين خليته الخلايا"),
        ("المحكمه", "محكمة المحاكم المحكمه"),
        ("المصريين", "مصري المصريون مصريات"),
        ("قمة", "للقمة بالقمة قمم لقمة"),
        ("هجوم", "هجمات الهجوم هجومين"),
        ("قتيل", "قتلى القتلى قتيلا قتيلان قتيلين"),
        ("قتلى", "قتيل قتيلا"),
        ("إجراء", "إجراءات إجراءاته إجراءين"),
        ("مباراة", "مباريات المباريات مباراته مباراتين"),
        ("قانون", "قوانين بالقوانين قانونا قانونان"),
        ("مسؤول", "مسئول مسؤولين مسئولون مسؤولو"),
        ("هيئة", "هيأة هيئات"),
        ("سد", "سدود السدود بالسد"),
        ("فيديو", "فيديوهات"),
        ("شرطي", "شرطيا شرطيين شرطية شرطيون"),
        ("ناخب", "ناخبون الناخبين"),
        ("مسلح", "مسلحون مسلحين مسلحا"),
        ("ملف", "ملفات ملفين ملفا"),
        ("السيسي", "ياسيسي والسيسي للسيسي السيسى"),
        ("أكادير", "أڭادير أغادير بأكادير"),
        ("أمريكا", "أميركا وأمريكا لأميركا"),
        ("أمني", "الأمنية أمنيين"),
        ("قاضي", "قاض القاضي قضاة القضاة قاضيا"),
    ],
)
def test_a_word_is_found_in_its_inflections(keyword, words):
    assert [] == [word for word in words.split() if not accepts(keyword, word)]


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("الأمن", "أمين أمنية آمنة أمني الأمني ضمن"),
        ("مصر", "مصرف مصري المصرية مصير"),
        ("المغرب", "مغربي المغربية مغاربة غرب الغرب"),
        ("قطر", "قطرات قطار قطرة قطري"),
        ("ملك", "ملكة ملكية مالك مملكة يملك"),
        ("مال", "مالك شمال كمال عمال جمال"),
        ("حج", "حجة حجج"),
        ("شعب", "شعبان شعبي شعبية"),
        ("لبن", "لبنان"),
        ("بحر", "البحرين بحرية بحيرة"),
        ("طاقة", "بطاقة البطاقة بطاقته وبطاقات نطاق"),
        ("جنة", "لجنة جنازة سجن"),
        ("أمل", "كامل"),
        ("مكتب", "مكتبة مكتبات كتب"),
        ("مظاهر", "مظاهرات مظاهرة"),
        ("جامع", "جامعات جامعة"),
        ("سوري", "سوريا"),
        ("طالب", "طالبان طلبات مطالب"),
        ("مخدرات", "مخدرة"),
        ("كتاب", "كاتب كتيبة كتابة"),
        ("سنة", "سني"),
        ("إلغاء", "بغاء"),
        ("ألعاب", "لعاب"),
        ("ألمانيا", "مانيا"),
        ("ألم", "لم"),
        ("الله", "له"),
        ("الآن", "أن"),
        ("السعودية", "سعودية سعودي"),
        ("الرجاء", "رجاء"),
        ("حماس", "الحماس حماسه"),
        ("تأمين", "تأم تأمون"),
        ("المغاربة", "المغربية مغربي"),
        ("رد", "كرد ورد فرد"),
        ("وجه", "وجة"),
        ("آلة", "التي وكالة"),
        ("العالم", "علماء"),
        ("العلماء", "عالم"),
        ("تعليم", "تعليمات"),
        ("دورة", "بدوره"),
        ("جدة", "وجدة بوجدة"),
        ("محكمة", "محاكمه محاكمة حكم"),
        ("اللسان", "لبنان"),
        ("قمة", "قمر قمع"),
        ("الأسد", "أسود أسد"),
        ("المصريين", "المصرية مصر"),
        ("الحكم", "بلحكم"),
    ],
)
def test_other_words_are_other_words(keyword, words):
    assert [] == [word for word in words.split() if accepts(keyword, word)]


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        ("المغرب", "مغربي المغربية والمغاربة مغربيين مغاربي المغرب"),
        ("شرطة", "شرطي شرطية شرطيا الشرطة"),
        ("ليبيا", "ليبي ليبية الليبيين ليبيا"),
        ("أفريقيا", "أفارقة إفريقي"),
    ],
)
def test_family_adds_what_belongs_to_a_word(keyword, words):
    assert [] == [word for word in words.split() if not accepts(keyword, word, family=True)]


@pytest.mark.parametrize(
    ("keyword", "word"),
    [
        *(("إلغاء", "بإلغاء"), ("ألمانيا", "لألمانيا"), ("ألمانيا", "وألمانيا"), ("الله", "لله"), ("الله", "والله")),
        *(("اللغة", "للغة"), ("السد", "سد"), ("حد", "بحد"), ("الرباط", "والرباط"), ("لبنان", "للبنان")),
    ],
)
def test_first_letters_that_look_like_particles_are_told_apart(keyword, word):
    assert accepts(keyword, word)


def test_a_short_word_takes_one_particle_only():
    assert accepts("سد", "وسد")
    assert not accepts("سد", "فلسد")


def test_ta_marbuta_may_be_spelled_sloppily_but_a_final_ha_is_none():
    assert accepts("المحكمة", "بالمحكمه")
    assert not accepts("وجه", "وجة")


def test_one_letter_is_only_itself():
    assert ["ب"] == list(ARABIC.forms("ب"))


@pytest.mark.parametrize(
    ("word", "written", "steps"),
    [
        ("الأمن", "بأمنها", ("clitic ب", "no article", "pronoun ها")),
        ("وزير", "الوزراء", ("article", "broken plural")),
        ("قتلى", "قتيل", ("singular",)),
        ("محكمة", "محكمتين", ("dual",)),
        ("مغربي", "مغربية", ("feminine",)),
        ("المغرب", "المغربي", ("family",)),
        ("مسؤول", "مسئول", ("spelling",)),
    ],
)
def test_the_steps_name_the_inflection(word, written, steps):
    [token] = tokens(fold_(written))
    assert steps == forms_of(word, family=steps == ("family",)).read(token).steps


# No particle among the letters, and none of the listed words either.
words = st.text("ثخذزشصضطظغ", min_size=3, max_size=8)
ornaments = st.text("\u0640\u064e\u064f\u0650\u0651\u0652\u200e\u200f\u200c\u2066\u2069\u061c", max_size=3)


@given(words, st.sampled_from(["", "و", "ف", "ب", "ك", "ل"]), st.sampled_from(["", "ال"]), st.data())
def test_a_word_is_found_behind_any_clitic_and_in_any_ornament(word, particle, article, data):
    contracted = particle == "ل" and article
    written = "لل" + word if contracted else particle + article + word
    adorned = "".join(letter + data.draw(ornaments) for letter in written)
    assert accepts(word, adorned)


@given(words | st.text("ابتةلنوكفسءأإآؤئ", min_size=1, max_size=9))
def test_a_word_is_found_as_it_is_written_and_however_it_is_folded(word):
    assert fold_text(word) in ARABIC.forms(word)
    assert fold_text(word) in ARABIC.forms(fold_text(word))
