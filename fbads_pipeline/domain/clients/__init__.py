"""What belongs to clients: the targets by which their campaigns are assessed."""
