"""Executions run here: the only part of the emulator that knows the simulator, and that is loaded only for a run.

An execution that is to go on stands in the database with a date (`due`). Whoever looks takes it up: reads its state,
runs it without holding the database, and writes what came of it, unless somebody else was quicker. A process that
dies meanwhile loses nothing: the next look takes it up again.
"""
