"""Values → text for people. Every function gives text without a newline at its end; nothing is printed here."""

from reconciler.views.human.plan import render_plan

__all__ = ["render_plan"]
