"""Floor 5: the commands. One module each, thin: arguments in, the floors below do the work, text or JSON out."""
