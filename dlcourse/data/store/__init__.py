"""Where data lie: the cache, and the published archives that fill it."""
