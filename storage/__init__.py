"""What survives a restart: tables, short transactions, the key vault. Never awaits the network."""
