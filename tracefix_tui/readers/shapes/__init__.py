"""The vocabulary of providers and frameworks, read once for all readers: messages, requests, answers, tools, usage."""
