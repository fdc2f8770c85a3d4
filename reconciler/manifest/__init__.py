"""YAML files in, the desired side out, with file, line and column of every fault."""
