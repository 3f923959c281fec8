"""Floor 3: sending a recorded call again, to a provider through LiteLLM or to the offline model."""
