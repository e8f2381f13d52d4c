"""Ranks, protocols, ceilings and tables."""
