"""Sound in and out: microphones, files, the WAV that survives a crash, levels, voice activity, resampling."""
