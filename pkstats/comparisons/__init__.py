"""Comparisons: designs beside the regression, and descriptions of single units."""
