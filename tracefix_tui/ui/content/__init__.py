"""What each pane says of a trace: plain functions from the model to sections and rows, without a widget in sight."""
