"""Times as news sites print them: read from elements made for them, stripped from around titles."""

from monitor.text.times.read import is_plausible, read_time
from monitor.text.times.strip import strip_times

__all__ = ["is_plausible", "read_time", "strip_times"]
