"""The straight line: fetch, extract, diff, match, route, deliver; every loop is a step that can die anywhere."""
