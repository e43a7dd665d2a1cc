"""Scripts that build and open the lab."""
