"""How work that a timer starts says that it is done; who keeps the record listens."""

from django.dispatch import Signal

job_done = Signal()  # sent with the job's name as its sender: "prune", "remind", "backup"
