"""Recorded executions run once more on a definition: what would go another way now. Pure.

`tape` holds what Studio keeps of an execution, `happened` reads the events from it, `follow` gives them to a definition
and compares the way, `summary` puts many executions together, `recording` makes a scenario of one, and `masking` takes
personal data out of it.
"""
