"""Runs of flows, for people and for machines. Personal data is masked here unless it was asked for."""
