"""The web, asked politely and within bounds."""
