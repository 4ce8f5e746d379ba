"""Pages of figures: the grid of campaigns, ad sets and ads, and its files."""
