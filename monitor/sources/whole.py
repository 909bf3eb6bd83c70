"""The whole text of an article by trafilatura, an optional library that knows many more layouts than `prose` does."""

from __future__ import annotations


def whole_text(html: str, address: str) -> str | None:
    """Return the paragraphs of a page, one a line; None when it finds none or is not installed."""
    try:
        import trafilatura  # noqa: PLC0415  the extra `article`; it takes half a second to load
    except ImportError:
        return None
    text = trafilatura.extract(html, url=address, include_comments=False, include_tables=False)
    return str(text) if text else None
