"""A library of fetch and clean: addresses and charsets of documents."""
