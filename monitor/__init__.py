"""Headline monitor: watches news sites' tickers and headline lists and alerts people about matching headlines."""

__version__ = "0.1.0"
