"""The chapter on impartiality."""
