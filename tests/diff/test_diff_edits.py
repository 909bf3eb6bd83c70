"""What an edit of a title changes."""

from __future__ import annotations

import pytest

from monitor.diff.edits import is_version, judge_edit
from monitor.model import EditKind

EDITS = [
    ("الساطات المحلية تمنع السباحة", "السلطات المحلية تمنع السباحة", "slip"),
    ("Procès Lambertin : l'ancien maire condanmé", "Procès Lambertin : l'ancien maire condamné", "slip"),
    ("Goverment unveils ferry plan", "Government unveils ferry plan", "slip"),
    ("مصرع 3 أشخاص في انهيار منزل", "مصرع 7 أشخاص في انهيار منزل", "number"),
    ("مصرع ثلاثة أشخاص في انهيار منزل", "مصرع سبعة أشخاص في انهيار منزل", "number"),
    ("Deux morts dans un incendie à Fès", "Cinq morts dans un incendie à Fès", "number"),
    ("Two dead in ferry fire", "Six dead in ferry fire", "number"),
    ("Budget 2025 : le débat commence", "Budget 2026 : le débat commence", "wording"),
    ("إدانة مدير الوكالة الحضرية بالرشوة", "براءة مدير الوكالة الحضرية من الرشوة", "verdict"),
    ("Court convicts ex-mayor Dunmore", "Court acquits ex-mayor Dunmore", "verdict"),
    ("Incendie dans un hôtel", "Incendie dans un hôtel de Fès", "name"),
    ("Le ministre reçoit les syndicats", "Le ministre Karim Bennis reçoit les syndicats", "name"),
    ("حريق كبير بسوق المتلاشيات", "حريق كبير بسوق المتلاشيات والسلطات تحقق", "wording"),
    ("السيطرة على الحريق بغابة معمورة", "امتلاء حقينة السد لأول مرة منذ سنوات", None),
    ("Le direct commence à midi", "Important incendie dans un entrepôt de Nador", None),
]


@pytest.mark.parametrize(("old", "new", "kind"), EDITS)
def test_an_edit_is_named_by_the_weightiest_thing_it_changes(old: str, new: str, kind: str | None) -> None:
    assert judge_edit(old, new) == (EditKind(kind) if kind else None)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("طقس الثلاثاء: زخات رعدية بالأطلس المتوسط", "طقس الخميس: زخات رعدية بالأطلس المتوسط"),
        ("مصرع شخص في حادث سير بطنجة", "مصرع شخص في حادث سير بالعرائش"),
        ("القبض على المتهم بقتل صيدلي في المنصورة", "القبض على المتهم بقتل أستاذة في المنصورة"),
        ("Derby : le Raja bat le Wydad", "Derby : les billets en vente lundi"),
    ],
)
def test_an_item_without_a_link_is_no_version_of_one_that_only_looks_like_it(old: str, new: str) -> None:
    assert not is_version(old, new)
