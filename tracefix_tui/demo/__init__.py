"""Floor 4b: a throw-away workspace with two failing traces, to try the whole loop without a key or a network."""
