"""Canonical motion and the 263 numbers a frame."""
