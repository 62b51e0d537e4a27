"""Robust mandates and attacks on peacekeepers."""
