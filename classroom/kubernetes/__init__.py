"""Many learners: the values of the Helm chart, the image, and what they cost."""
