"""Spans of OpenTelemetry, however they were carried: one flat form, and one module per dialect of attributes."""
