"""What happened in flows, counted: an incremental fold over executions and their steps, and what it adds up to.

Pure. The fold (`fold`) takes executions in any order, can be merged with another, and its memory grows with the flows
and not with the executions. `summary` has what a report says, `summarise` makes it, `report` is the use case.
No variable, no address of a contact and no SID of an execution goes in: none can come out.
"""
