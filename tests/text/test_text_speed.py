"""The cost of reading headlines: it grows with their length alone, whatever they are made of."""

import time

import pytest

from monitor.text import fold, headline_start, tokens, unglued

HEADLINES = [
    "بلاغ لوزيرالداخلية: توقيف خلية نائمة «بالدارالبيضاء» ",
    "L’État rachète la raffinerie – O.N.U. ",
    "عاجل | ",
    "دال",
    "a.b.",
]


def cost(text):
    """Return the best processor time of a few rounds, in seconds."""
    rounds = []
    for _ in range(5):
        start = time.process_time()
        unglued(tokens(fold(text)))
        headline_start(text)
        rounds.append(time.process_time() - start)
    return min(rounds)


@pytest.mark.parametrize("headline", HEADLINES)
def test_ten_thousand_characters_cost_milliseconds(headline):
    assert cost((headline * 10_000)[:10_000]) < 0.05  # 4 to 8 ms on a machine of its own
