"""The command line: one module per command; heavy imports happen when a command runs, so that help is instant."""
