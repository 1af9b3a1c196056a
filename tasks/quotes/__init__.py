"""A library of the stage stance: who says what, shown by which words."""
