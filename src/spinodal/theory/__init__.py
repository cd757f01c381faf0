"""What is predicted: one room a theory, all float64."""
