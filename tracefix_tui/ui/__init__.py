"""Floor 5: the terminal app. The only floor that imports textual."""
