"""Who is told, and when: from changes and matches to alerts."""
