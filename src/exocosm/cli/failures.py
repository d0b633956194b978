"""Any error → what the user is told, and the exit code."""

from __future__ import annotations

import errno
import shlex
import tempfile
import traceback
from dataclasses import dataclass

from exocosm import __version__
from exocosm.errors import ExocosmError, InputError

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


@dataclass(frozen=True, kw_only=True)
class Failure:
    """One error as the command line reports it."""

    code: int
    message: str
    state: str = "failed"  # as in status.json of a run folder
    unforeseen: bool = False  # the traceback is worth keeping


def explain(error: BaseException) -> Failure:
    """Return exit code and message of `error`; notes added on the way up follow the message."""
    failure = _explain(error)
    notes = " ".join(getattr(error, "__notes__", []))
    return Failure(
        code=failure.code,
        message=f"{failure.message} {notes}".strip(),
        state=failure.state,
        unforeseen=failure.unforeseen,
    )


def _explain(error: BaseException) -> Failure:
    if isinstance(error, KeyboardInterrupt):
        return Failure(code=INTERRUPTED, message="interrupted.", state="interrupted")
    if isinstance(error, InputError):
        return Failure(code=BAD_INPUT, message=str(error))
    if isinstance(error, ExocosmError):
        return Failure(code=FAILED, message=str(error))
    if isinstance(error, MemoryError):
        return Failure(
            code=FAILED,
            message="the memory of this machine is used up. Try fewer --threads, or a smaller study.",
        )
    if isinstance(error, OSError):
        return _explain_os_error(error)
    said = str(error).strip().splitlines()
    return Failure(
        code=FAILED,
        message=f"something went wrong that Exocosm did not foresee: {type(error).__name__}"
        + (f": {said[0]}" if said else "")
        + ".",
        unforeseen=True,
    )


def _explain_os_error(error: OSError) -> Failure:
    where = f" {str(error.filename)!r}" if error.filename is not None else ""
    if error.errno in _DISK_FULL:
        return Failure(code=BAD_INPUT, message=f"the disk is full; writing{where} stopped. Free some space.")
    if error.errno == errno.EROFS:
        return Failure(
            code=BAD_INPUT, message=f"cannot write{where}: it is on a read-only disk. Name another place."
        )
    if error.errno in _NOT_ALLOWED:
        return Failure(code=BAD_INPUT, message=f"no permission for{where or ' a file'}. Name another place.")
    if isinstance(error, FileNotFoundError):
        return Failure(code=BAD_INPUT, message=f"there is no file or folder{where}.")
    if isinstance(error, (FileExistsError, IsADirectoryError, NotADirectoryError)):
        reason = (error.strerror or "not usable").lower()
        return Failure(code=BAD_INPUT, message=f"cannot use{where}: {reason}. Name another place.")
    return Failure(code=FAILED, message=f"{error.strerror or error}{where and ':' + where}.", unforeseen=True)


def write_log(error: BaseException, arguments: list[str]) -> str:
    """Write the traceback to a file and return a sentence that says where it is."""
    text = f"exocosm {__version__}\ncommand: {shlex.join(['exocosm', *arguments])}\n\n" + "".join(
        traceback.format_exception(error)
    )
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="exocosm-error-", suffix=".log", delete=False, encoding="utf-8"
        ) as file:
            file.write(text)
    except OSError:
        return "No log could be written; run again with --debug to see the details."
    return f"The details are in {file.name} (or run again with --debug)."
