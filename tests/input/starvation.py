"""How long programs wait for a processor: time that a busy machine took, and
not they."""

import os


def seconds_waited(*pids):
    """The sum over the programs' threads, as the kernel counts it; 0 where it
    does not."""
    total = 0
    for pid in pids:
        for thread in os.listdir(f"/proc/{pid}/task"):
            try:
                with open(
                    f"/proc/{pid}/task/{thread}/schedstat", encoding="ascii"
                ) as file:
                    total += int(file.read().split()[1])
            except OSError:
                continue  # it has ended
    return total / 1e9
