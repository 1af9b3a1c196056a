"""What of the environment a process may see that reads what strangers have written: enough to work, and no secret."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from multiprocessing import context, popen_spawn_posix, reduction, resource_tracker, spawn, util
from multiprocessing.process import BaseProcess
from typing import Final

# Names that say where things lie and how to compute. Not those of secrets: there is always one more.
HARMLESS: Final = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|PWD|LANG|LANGUAGE|LC_\w+|TZ|TERM|COLUMNS|LINES|NO_COLOR|TMPDIR|TEMP|TMP|VIRTUAL_ENV"
    r"|(LD|DYLD)_LIBRARY_PATH|(PYTHON|OMP_|MKL_|KMP_|GOMP_|OPENBLAS_|MALLOC_|TORCH_|CUDA_|STANZA_|NABRA_)\w+"
)


def harmless(environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The variables that a worker may see: none of AWS's and Prefect's, no token, no password."""
    return {name: value for name, value in environment.items() if HARMLESS.fullmatch(name)}


class _Popen(popen_spawn_posix.Popen):
    """Begins a process as its base does, which gives it the whole environment.

    To clean that in the process would be too late: what a process began with stays in its memory and in `/proc`.
    """

    _fds: list[int]  # what the process is to inherit

    def _launch(self, process: BaseProcess) -> None:
        message = io.BytesIO()
        context.set_spawning_popen(self)
        try:
            reduction.dump(spawn.get_preparation_data(process.name), message)
            reduction.dump(process, message)
        finally:
            context.set_spawning_popen(None)
        self.sentinel, dies_with_it = os.pipe()
        reads, writes = os.pipe()
        tracker: int = resource_tracker.getfd()  # type: ignore[assignment]
        command = spawn.get_command_line(tracker_fd=tracker, pipe_handle=reads)
        # Ctrl-C is for the command, which ends its processes; one that hears it while it starts would complain.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            child = subprocess.Popen(command, env=harmless(), pass_fds=(*self._fds, tracker, dies_with_it, reads))
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        child.returncode = 0  # its end is for `multiprocessing` to see
        self.pid = child.pid
        os.close(dies_with_it)
        os.close(reads)
        self.finalizer = util.Finalize(self, _close, (self.sentinel, writes))
        with open(writes, "wb", closefd=False) as pipe:
            pipe.write(message.getbuffer())


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class _Process(context.SpawnProcess):
    @staticmethod
    def _Popen(process: BaseProcess) -> _Popen:  # noqa: N802 - as its base calls it
        return _Popen(process)


class _Context(context.SpawnContext):
    Process = _Process


# For multiprocessing and pebble: a context whose processes are spawned, with nothing but what is harmless.
CONFINED: Final = _Context()
