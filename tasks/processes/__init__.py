"""Worker processes that can be ended, with a deadline and a bound on memory."""
