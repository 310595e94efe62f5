"""Messages from the operator to many chats: in slices, at most once each, behind everything else."""
