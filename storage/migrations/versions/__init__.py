"""The revisions, oldest first by their number; a released one is never edited."""
