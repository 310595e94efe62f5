"""A backup sealed for the operator: nobody reads it on its way, and nobody without the master key."""
