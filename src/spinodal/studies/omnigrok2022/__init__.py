"""The landscape at fixed norm, and the clock of weight decay: arXiv:2210.01117."""
