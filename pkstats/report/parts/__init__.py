"""Parts of a chapter that know no topic, from a declaration and its results."""
