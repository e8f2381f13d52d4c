"""`python -m lavimo`: what torchrun starts."""

import sys

from lavimo.cli import main

sys.exit(main())
