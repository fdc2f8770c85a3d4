"""Arguments, commands, exit codes. `compose` is the only place that picks adapters."""
