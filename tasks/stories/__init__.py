"""A library of the stage clean: which articles tell one story. Its step runs in order, in the driver."""
