"""What every test needs before anything imports cdktf."""

from __future__ import annotations

import os

from modules.lazy_bindings import activate

os.environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "20")
activate()
