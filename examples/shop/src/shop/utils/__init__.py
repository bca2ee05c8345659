"""Small tools that know nothing of the shop's business."""
