"""What the review screen is made of: reading and changing one session."""
