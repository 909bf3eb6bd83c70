"""Alerts as people read them, in the markup of each service; pure text, sends nothing."""
