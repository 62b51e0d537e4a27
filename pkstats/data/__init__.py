"""Data: from raw files to documented panels."""
