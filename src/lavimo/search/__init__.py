"""Index a folder, turn a query into hits, take them home."""
