"""One function per act: it checks the right, changes, and records in one event."""
