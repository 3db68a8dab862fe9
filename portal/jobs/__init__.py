"""Durable background work: a Job row is the record, a Celery message only wakes a worker."""
