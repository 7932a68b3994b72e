"""`python -m service.cli`: the command line."""

from __future__ import annotations

import sys

from service.cli import main

sys.exit(main())
