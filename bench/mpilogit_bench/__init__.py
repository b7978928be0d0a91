"""What the scripts of bench/ are made of."""
