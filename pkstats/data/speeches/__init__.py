"""Speeches: what host states say of their own missions in the General Debate."""
