"""Files that root makes in the state folder of the service's user belong to that user; opens and writes nothing."""

from __future__ import annotations

import os
from pathlib import Path


def give_to_owner(path: Path) -> None:
    """Let a file belong to whoever its folder belongs to.

    A `restore` or `prune` by root would otherwise leave files behind that keep the service from starting. Whoever is
    not root can only make files of his own.
    """
    if os.geteuid() != 0:
        return
    folder, file = path.parent.stat(), path.stat()
    if (folder.st_uid, folder.st_gid) != (file.st_uid, file.st_gid):
        os.chown(path, folder.st_uid, folder.st_gid)
