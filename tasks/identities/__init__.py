"""Who is who in the whole warehouse: read from it, decided on by users, written into it."""
