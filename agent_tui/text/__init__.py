"""Text rules shared by desk and service: cleaning, folding, phones and input-method leftovers."""
