"""One rule over many headlines: groups by spelling, what none kept away, what almost counted."""

from datetime import UTC, datetime

from monitor.match.rules import Near, Rule, compile_rules
from monitor.match.survey import survey
from monitor.model import Headline, Section


def looked(titles, *, languages=None, **rule):
    headlines = [
        Headline(
            source=source, key=str(n), title=title, section=Section.LIST, first_seen_at=datetime(2026, 3, 2, tzinfo=UTC)
        )
        for n, (source, title) in enumerate(
            title if isinstance(title, tuple) else ("kifache", title) for title in titles
        )
    ]
    return survey(compile_rules([Rule(name="other"), Rule(name="r", **rule)], languages), "r", headlines)


def brief(groups):
    return [(group.word, group.text, group.headlines) for group in groups]


def test_spellings_that_fold_alike_are_one_group_and_the_first_is_its_example():
    found = looked(["Grève à Rabat", "La greve dure", "grèves et grèves", "rien"], any=("grève",))
    assert (4, 3) == (found.seen, found.fired)
    assert [("grève", "Grève", 2), ("grève", "grèves", 1)] == brief(found.found)
    assert ("Grève à Rabat", "kifache") == (found.found[0].example, found.found[0].source)


def test_what_none_kept_away_is_counted_only_where_the_rule_would_have_fired():
    found = looked(["الأمن الغذائي", "الأمن الغذائي مجددا", "الغذائي"], any=("أمن",), none=("أمن غذائي", "غذائي"))
    assert 0 == found.fired
    assert [("أمن غذائي", "الأمن الغذائي", 2), ("غذائي", "الغذائي", 2)] == brief(found.vetoed)


def test_words_that_almost_count_are_grouped_with_the_reason():
    found = looked(["شركة مغربية", "مصرف المغاربة", "onu", "مصرف جديد"], any=("المغرب", "مصر", "ONU"))
    assert {("المغرب", "مغربية", 1), ("المغرب", "المغاربة", 1), ("مصر", "مصرف", 2), ("ONU", "onu", 1)} == set(
        brief(found.almost)
    )
    assert "family: true" in next(group.how for group in found.almost if group.text == "المغاربة")


def test_words_that_count_do_not_almost_count():
    found = looked(["الأمن وأمنيون"], near=Near(words=("الأمن", "خلية")))
    assert [("الأمن", "وأمنيون", 1)] == brief(found.almost)


def test_what_a_source_does_not_speak_almost_counts():
    found = looked([("goud", "Voting begins"), "Voting begins"], languages={"goud": ("fr",)}, any=("vote",))
    assert (1, [("vote", "Voting", 1)]) == (found.fired, brief(found.almost))
