"""What is observed: arrays in, records out."""
