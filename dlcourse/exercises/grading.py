"""Grading that a notebook cannot switch off.

To nbgrader a check that shows nothing has passed: a notebook that replaces `check`, unsets a
variable or swallows errors would get full points. Here a check proves that it passed: it prints a
seal, made with a secret that this module takes out of the environment when it is imported, which is
before the first cell of a notebook runs. `dlcourse.release` looks for the seal. What a notebook has
put in the place of this package's own functions is put back before each check.

Code in the same process can still find the secret if it means to; whoever goes so far has
`solution` at hand as well.
"""

import hmac
import os
import sys
from collections.abc import Callable

IS_ON = bool(os.environ.get("NBGRADER_EXECUTION"))
"""Whether nbgrader runs this notebook."""

_SECRET = os.environ.pop("DLCOURSE_SEAL", "")


def seal(id: str, secret: str = _SECRET) -> str:
    """Return the seal of an exercise that was passed, or "" where no seal is asked for."""
    return hmac.new(secret.encode(), id.encode(), "sha256").hexdigest()[:16] if secret else ""


def guard(package: str) -> Callable[[], None]:
    """Return what puts a package's modules and their classes back as they are now.

    Modules that are loaded later, such as a lesson's exercises, are forgotten, so that they are
    loaded afresh. The name of the package ends with a full stop.
    """
    modules = {name: module for name, module in sys.modules.items() if _is_of(name, package)}
    parts = [part for module in modules.values() for part in vars(module).values()]
    classes = [
        part for part in parts if isinstance(part, type) and _is_of(part.__module__, package)
    ]
    known = [(owner, dict(vars(owner))) for owner in (*modules.values(), *classes)]

    def mend() -> None:
        for name in [name for name in sys.modules if _is_of(name, package)]:
            del sys.modules[name]
        sys.modules.update(modules)
        for owner, names in known:
            for name, value in names.items():
                if vars(owner).get(name) is not value:
                    setattr(owner, name, value)

    return mend


def _is_of(module: str, package: str) -> bool:
    return f"{module}.".startswith(package)
