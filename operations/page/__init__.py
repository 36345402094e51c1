"""Reports as one HTML page: nothing is loaded, and nothing of a report is ever taken for markup or code."""
