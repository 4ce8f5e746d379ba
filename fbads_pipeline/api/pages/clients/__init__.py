"""Pages of clients: the list and the form, the budgets of the month, the morning."""
