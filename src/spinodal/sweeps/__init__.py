"""Many runs that survive anything. Knows nothing of physics."""
