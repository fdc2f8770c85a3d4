"""The commands, each in a module of its own that has it as `command`. They are imported when they are called."""
