"""What a process that reads a stranger's file gives up before it does: network, files, memory.

Limits are POSIX resource limits; system calls are refused by a seccomp filter
(https://www.kernel.org/doc/html/latest/userspace-api/seccomp_filter.html), which needs no
privileges. Where there is no seccomp, such as on macOS, the limits alone remain.
"""

import ctypes
import errno
import platform
import resource
import struct
import sys
from collections.abc import Mapping
from typing import Final

# Numbers from the kernel's tables: arch/x86/entry/syscalls/syscall_64.tbl, and
# include/uapi/asm-generic/unistd.h for aarch64. Threads are made by clone, which stays allowed.
_REFUSED: Final[Mapping[str, tuple[int, dict[str, int]]]] = {
    "x86_64": (
        0xC000003E,
        {
            "open": 2,
            "socket": 41,
            "connect": 42,
            "socketpair": 53,
            "execve": 59,
            "kill": 62,
            "truncate": 76,
            "rename": 82,
            "mkdir": 83,
            "rmdir": 84,
            "creat": 85,
            "link": 86,
            "unlink": 87,
            "symlink": 88,
            "chmod": 90,
            "ptrace": 101,
            "openat": 257,
            "mkdirat": 258,
            "unlinkat": 263,
            "renameat": 264,
            "linkat": 265,
            "symlinkat": 266,
            "fchmodat": 268,
            "renameat2": 316,
            "execveat": 322,
            "io_uring_setup": 425,
            "openat2": 437,
        },
    ),
    "aarch64": (
        0xC00000B7,
        {
            "mkdirat": 34,
            "unlinkat": 35,
            "symlinkat": 36,
            "linkat": 37,
            "renameat": 38,
            "truncate": 45,
            "fchmodat": 53,
            "openat": 56,
            "ptrace": 117,
            "kill": 129,
            "socket": 198,
            "socketpair": 199,
            "connect": 203,
            "execve": 221,
            "renameat2": 276,
            "execveat": 281,
            "io_uring_setup": 425,
            "openat2": 437,
        },
    ),
}
_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _FAIL = 0x7FFF0000, 0x00050000
_ARCHITECTURE_AT, _NUMBER_AT = 4, 0
# Numbers from here on belong to a second table of the same processor.
_OTHER_TABLE: Final = 0x40000000


def limit_resources(*, memory_bytes: int, cpu_s: int) -> None:
    """Bound address space and processor time; nothing can be written to a file any more."""
    for kind, limit in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(kind)
        least = limit if most == resource.RLIM_INFINITY else min(limit, most)
        resource.setrlimit(kind, (least, least))


def refuse_system_calls() -> bool:
    """Give up opening and moving files, the network and starting programs, for good.

    Returns:
        Whether this system can do that.

    Raises:
        OSError: it can, but failed.
    """
    if sys.platform != "linux" or platform.machine() not in _REFUSED:
        return False
    program = _program(*_REFUSED[platform.machine()])
    buffer = ctypes.create_string_buffer(program)
    description = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, description, 0, 0
    ):
        raise OSError(ctypes.get_errno(), "the filter of system calls was not accepted")
    return True


def _program(architecture: int, refused: Mapping[str, int]) -> bytes:
    """The filter: all is allowed but what is listed, which fails with EPERM."""
    last = len(refused) + 4
    steps = [
        (_LOAD, 0, 0, _ARCHITECTURE_AT),
        (_JUMP_EQUAL, 0, last - 1, architecture),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_JUMP_AT_LEAST, last - 3, 0, _OTHER_TABLE),
        *(
            (_JUMP_EQUAL, last - 4 - place, 0, number)
            for place, number in enumerate(refused.values())
        ),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _FAIL | errno.EPERM),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)
