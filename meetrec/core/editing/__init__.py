"""Acts on a transcript: naming, assigning, other words; a whole sheet edited at once; undo, and what differs."""
