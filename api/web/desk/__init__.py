"""The desk: lists of cases, many at once, what is stuck, what one was told, what was refused."""
