"""Scenario tests: a conversation with a flow written down line by line, and run on the simulator. Pure.

`values` holds what a `kind: FlowTest` document says, `run` runs one and says what came of it, `coverage` counts what
was passed; `generate` proposes scenarios, `replay` runs recorded executions again and makes scenarios of them. Nothing
here knows files: definitions come in as values, and places are carried along.
"""
