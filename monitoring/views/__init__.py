"""Pages of monitoring, and what their forms call."""
