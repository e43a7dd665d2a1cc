"""A class that really meets: a hub, learners who start at once, and what was measured."""
