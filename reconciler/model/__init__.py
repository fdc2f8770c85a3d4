"""Values that every other package speaks of. No behaviour beyond their own shape; no files, network or clock."""
