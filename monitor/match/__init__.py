"""Which rules fire on a headline: terms, their index, rules as values."""
