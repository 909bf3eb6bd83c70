"""The only way out to the sites: bounded in time and size, to public addresses only; every failure one sentence."""
