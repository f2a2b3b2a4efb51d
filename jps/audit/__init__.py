"""What happened: an append-only chain of events, written in the transaction of the act itself."""
