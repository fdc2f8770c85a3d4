"""What is legal in a Flow definition and still likely wrong: rules, each in a small module, and the engine that asks.

A rule is a `rule.Rule`: data with one pure function from a `context.Context` to `rule.Problem`s. A module of rules ends
with `RULES`, a tuple of them, and is listed in `registry`. Nothing here knows files: paths in the definition become
lines and columns in `engine`. What is heavy (a Liquid library) is imported inside the function that needs it: the names
of all rules are asked for whenever a manifest configures one.
"""
