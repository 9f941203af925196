"""Background work: `jobs.queue.enqueue`, `handler`, `report`."""
