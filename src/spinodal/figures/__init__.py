"""Every picture: a labelled dataset in, a matplotlib figure out."""
