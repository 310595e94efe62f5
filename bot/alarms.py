"""What operators are told unasked: trouble once, its end once, and a report a day."""
