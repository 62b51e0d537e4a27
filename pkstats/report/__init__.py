"""Chapters of the book: text, tables and figures, from declarations and tidy frames only."""
