"""Which text the coach says."""
