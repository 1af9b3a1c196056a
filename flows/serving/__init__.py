"""What `nabra serve` deploys and runs."""
