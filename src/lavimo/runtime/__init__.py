"""A checkpoint folder becomes an encoder, without torch."""
