"""What meetrec costs, as ratios measured in one run. `python -m benchmarks [NAME…]` runs those named, or all."""
