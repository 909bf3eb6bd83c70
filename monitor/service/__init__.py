"""The running process: threads, timers, signals and logs; the only place that has them."""
