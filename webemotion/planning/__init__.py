"""Which words are searched for, what that would cost, and what of the results is worth a try."""
