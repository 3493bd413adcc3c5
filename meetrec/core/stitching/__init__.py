"""Long meetings: where to cut, how to join, and who is who in the answers to the parts."""
