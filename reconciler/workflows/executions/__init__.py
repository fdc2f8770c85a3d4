"""The use cases around runs of flows: start, list, show, end, delete, export, report."""
