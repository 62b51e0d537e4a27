"""Documents: the register of claims that the library of documents makes."""
