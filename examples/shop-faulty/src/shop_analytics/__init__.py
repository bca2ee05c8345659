"""The analytics extra of the shop: predicts what sells."""
