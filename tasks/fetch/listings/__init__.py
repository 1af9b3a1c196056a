"""What lists documents: feeds, sitemaps, list pages."""
