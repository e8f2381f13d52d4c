"""Bakes the thirteen clothed avatars of `lavimo.render` from CC0 body data (see README.md).

Not part of the installed package: it runs once, when the avatars change.
"""
