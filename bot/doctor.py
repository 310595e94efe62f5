"""What is wrong, in words: settings, token, database, keyring and providers, each looked at once."""
