"""The configuration: what a person writes, checked as a whole."""
