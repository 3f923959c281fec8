"""Line widgets that stay fast on a megabyte of text or a hundred thousand rows."""
