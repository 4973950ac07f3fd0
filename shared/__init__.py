"""What the three services agree on. Knows no service by name, but for the contracts between them."""
