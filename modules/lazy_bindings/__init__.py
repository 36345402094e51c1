"""Fast import of prebuilt CDKTF provider bindings: only the modules that are used are loaded, in Python and in node.

Knows nothing of the rest of the project and needs the standard library only: copy the folder to use it elsewhere.
Call :func:`activate` before anything imports ``cdktf`` or a provider; run ``python -m <this package>.warm main.py``
once after an installation. ``LAZY_BINDINGS=0`` in the environment turns it off.
"""

from .activation import VARIABLE, Activation, activate
from .warning import LazyBindingsWarning

__all__ = ["VARIABLE", "Activation", "LazyBindingsWarning", "activate"]
