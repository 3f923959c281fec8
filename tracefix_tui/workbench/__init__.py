"""Floor 4: one engineer's loop over one call: recording, draft, attempts, standings, accept. No screen, no printing."""
