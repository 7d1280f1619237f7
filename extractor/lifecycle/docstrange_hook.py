"""The import hook by which DocStrange is local, whoever imports it and whatever was imported before.

`tools/hook_docstrange.py` puts a copy of this module into an environment, with a `.pth` file that calls `install` in
each Python process that starts there; the worker calls it too. Importing and installing it import nothing, so that a
process that never asks for DocStrange starts as before. Where somebody does ask, DocStrange's own package is imported
and, before its importer sees it, `extractor.docstrange_local` has closed its cloud and taken its extractor's name.
Where that cannot be imported, the import of DocStrange fails: there is no other one here.
"""

import sys

# As a type checker reads it; typing itself, and annotations as text, would cost an import at each start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec

PACKAGE = "docstrange"
LOCAL = "extractor.docstrange_local"


def install(root: str) -> None:
    """From now on DocStrange is local in this process. `root` is the folder that `extractor` lies in.

    The finder stands once in `sys.meta_path`, however often it is installed: the last root counts.
    """
    # By name: the environment's copy of this module has a class of its own.
    others = [finder for finder in sys.meta_path if type(finder).__name__ != LocalDocStrange.__name__]
    sys.meta_path[:] = [LocalDocStrange(root), *others]
    if PACKAGE in sys.modules:
        make_local(root)


def make_local(root: str) -> None:
    """Close the DocStrange that has been imported. Raises `ImportError` where the local one cannot be imported."""
    import importlib

    # At the end: a checkout that somebody works in goes before, and page processes inherit the path.
    if root not in sys.path:
        sys.path.append(root)
    importlib.import_module(LOCAL)


class LocalDocStrange:
    """A finder (`sys.meta_path`) that finds DocStrange's package where the others do, and has it closed."""

    def __init__(self, root: str) -> None:
        self._root = root

    def find_spec(self, name: str, path: object = None, target: object = None) -> "ModuleSpec | None":
        """The package's spec, or None for everything else and where the package is not installed."""
        if name != PACKAGE:
            return None
        from importlib.machinery import PathFinder, SourceFileLoader
        from types import ModuleType

        root = self._root

        class Loader(SourceFileLoader):
            def exec_module(self, module: ModuleType) -> None:
                super().exec_module(module)
                make_local(root)

        spec = PathFinder.find_spec(name)
        if spec is not None and isinstance(spec.loader, SourceFileLoader):
            spec.loader = Loader(name, spec.loader.path)
        return spec
