"""`python -m meetrec`."""

import sys

from meetrec.cli import main

if __name__ == "__main__":
    sys.exit(main())
