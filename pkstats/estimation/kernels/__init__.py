"""The numerical core: pure functions on arrays."""
