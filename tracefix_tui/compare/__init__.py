"""Comparisons: words for prose, structure for JSON, names and arguments for tool calls; and patches."""
