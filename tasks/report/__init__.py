"""A warehouse as one HTML file: what is asked of its views, the charts, the pages."""
