"""Estimation: from a specification and a panel to an estimate."""
