"""What it means: phases of learning, transitions and the evidence for them."""
