"""Full text over a warehouse: terms of Arabic words, and an index of them."""
