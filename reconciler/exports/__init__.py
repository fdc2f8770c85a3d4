"""Exports of runs in files: `ports.ExportSink` over a folder. Knows formats and disks, and nothing of Studio."""
