"""The engine: the list of stages, what each has yet to do, and doing it."""
