"""What is new on a page, given what the source showed before: pure functions of values."""
