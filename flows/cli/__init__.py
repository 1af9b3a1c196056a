"""The command `nabra`, a module a command."""
