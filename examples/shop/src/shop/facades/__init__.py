"""What the outside calls: one class for each kind of visitor."""
