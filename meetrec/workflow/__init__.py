"""What the parts do together: record, finish, import. Async generators of events."""
