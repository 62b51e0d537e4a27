"""Readers: one a raw source, each returning a tidy frame without any modelling."""
