"""What a person sees in a terminal, and Ctrl-C."""
