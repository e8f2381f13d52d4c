"""The systems of the papers and their parts, in torch."""
