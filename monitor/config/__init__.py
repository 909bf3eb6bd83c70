"""The configuration: what a person writes, checked as a whole."""

from importlib.resources import files


def template() -> str:
    """Return a commented configuration that runs at once, with no account."""
    return files("monitor.config").joinpath("template.yaml").read_text("utf-8")
