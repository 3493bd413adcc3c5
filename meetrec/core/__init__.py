"""What a session is: values in, values out. No I/O, no clock, no await."""
