"""What a reading process may use."""

import resource


def limit(*, memory_mb: int, cpu_seconds: int, disk_bytes: int) -> None:
    """Limit this process: memory, processor time, what it may write, no core dump. Threads that it needs run by now."""
    bounds = {
        resource.RLIMIT_AS: memory_mb * 1024 * 1024,
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_FSIZE: disk_bytes,
        resource.RLIMIT_CORE: 0,
    }
    for what, bound in bounds.items():
        hard = resource.getrlimit(what)[1]
        soft = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        resource.setrlimit(what, (soft, soft))
