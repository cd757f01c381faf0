"""`python -m spinodal` is the command `spinodal`."""

import sys

from .cli import main

sys.exit(main())
