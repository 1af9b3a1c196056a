"""The stage `stance`: quotes with their speakers, and who is for or against whom."""
