"""Backups: one file that holds a whole installation, and databases made from it."""
