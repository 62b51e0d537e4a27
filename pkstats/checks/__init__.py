"""Checks: what an estimate must survive before anyone believes it."""
