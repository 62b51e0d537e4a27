"""Chapters: figures, tables and sentences that belong to one topic."""
