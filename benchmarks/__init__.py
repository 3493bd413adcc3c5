"""What meetrec costs, as ratios measured in one run. `python -m benchmarks [NAME…]` runs those named, or all."""

import meetrec.tui  # noqa: F401 - says how Textual is to run, and must be loaded before it, as in the program
