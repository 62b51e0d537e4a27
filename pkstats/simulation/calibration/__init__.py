"""Calibration: the whole rule in worlds where the truth is known."""
