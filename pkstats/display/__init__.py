"""Display: how a tidy frame is printed and drawn; it knows no model."""
