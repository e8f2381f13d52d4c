"""Data sets, captions, splits and the choreographer."""
