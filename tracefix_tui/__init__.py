"""From a failing LLM trace to a committed fix and a regression test, in the terminal."""

__version__ = "0.1.0"
