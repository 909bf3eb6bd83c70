"""When to look again and when to try again: pure steps from one state to the next, no clock and no I/O."""
