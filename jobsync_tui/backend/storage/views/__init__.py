"""Saved views: filter, order and columns of a list of jobs under a name, one's own or shared."""
