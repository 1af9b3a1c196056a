"""How the models came about."""
