"""``python -m exocosm``: the same as the command ``exocosm``."""

import sys

from .cli import main

sys.exit(main())
