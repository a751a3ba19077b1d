"""Opening a pickle so that no code in it can run: arrays and tables are built, nothing else is.

A pickle is opened only after the SHA-256 of its archive has matched, and once: what is cached are
plain arrays.
"""

import gzip
import pickle
from typing import IO, Any

_NUMPY = {
    "numpy": {"dtype", "ndarray"},
    "numpy._core.multiarray": {"_reconstruct"},
    "numpy._core.numeric": {"_frombuffer"},
}
_PANDAS = {
    "builtins": {"slice"},
    "pandas._libs.arrays": {"__pyx_unpickle_NDArrayBacked"},
    "pandas._libs.internals": {"_unpickle_block"},
    "pandas.core.arrays.categorical": {"Categorical"},
    "pandas.core.dtypes.dtypes": {"CategoricalDtype"},
    "pandas.core.frame": {"DataFrame"},
    "pandas.core.indexes.base": {"Index", "_new_Index"},
    "pandas.core.indexes.range": {"RangeIndex"},
    "pandas.core.internals.managers": {"BlockManager"},
}
KNOWN = _NUMPY | _PANDAS
"""What NumPy and pandas rebuild an array and a table with, module by module."""


class _Unpickler(pickle.Unpickler):
    """An unpickler that can build NumPy arrays and pandas tables, and nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        """Return what an array or a table is rebuilt with; refuse everything else."""
        module = module.replace("numpy.core", "numpy._core")  # as it was called before NumPy 2
        if name not in KNOWN.get(module, ()):
            raise pickle.UnpicklingError(f"{module}.{name} has no place in a pickle of arrays.")
        return super().find_class(module, name)


def load(file: IO[bytes] | gzip.GzipFile, encoding: str = "ASCII") -> Any:
    """Return the arrays or tables in a pickle, or raise UnpicklingError; nothing in it is run.

    `encoding` is that of the texts in a pickle from Python 2.
    """
    return _Unpickler(file, encoding=encoding).load()
