"""Lint findings → text, in one module a format; and the page that documents the rules."""
