"""Runs Taskstream's real processes for tests, and judges what they did. Debian's Python and its standard library alone."""
