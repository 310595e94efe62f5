"""Whose buttons hang in a group: who asked for a screen there is the only one who presses on it."""
