"""What `bindings discover` and `bindings check` found, for people and for machines."""
