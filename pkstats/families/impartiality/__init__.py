"""Mandates at the side of the host state, and impartiality."""
