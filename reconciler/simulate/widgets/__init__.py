"""What each type of widget does when it runs, and what the answers it waits for mean. One module a family.

A widget sees a `Scene` and answers a `Move`, a `Wait` or a `Call`; it knows nothing of the run around it.
"""
