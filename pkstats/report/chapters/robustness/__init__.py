"""The chapter on robust mandates."""
