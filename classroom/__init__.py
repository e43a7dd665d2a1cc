"""The machine room: one class on one machine, or many on Kubernetes."""
