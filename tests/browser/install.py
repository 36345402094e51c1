"""Finds Chromium, or installs one from the lock into ``.tools/browser``: ``python -m tests.browser.install``."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
LOCK = Path(__file__).with_name("package-lock.json")
HOME = ROOT / ".tools" / "browser"
VARIABLE = "HOLDFAST_BROWSER"

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome", "microsoft-edge")
_PLACES = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)

# The package has the browser, the libraries that a small system lacks, and a renderer without GPU, packed with Brotli.
_UNPACK = """
const { brotliDecompressSync } = require("node:zlib");
const { readFileSync, writeFileSync } = require("node:fs");
const unpacked = (name) => brotliDecompressSync(readFileSync(`node_modules/@sparticuz/chromium/bin/${name}.br`));
writeFileSync("chromium", unpacked("chromium"), { mode: 0o755 });
writeFileSync("libraries.tar", unpacked("al2023.tar"));
writeFileSync("renderer.tar", unpacked("swiftshader.tar"));
"""


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A browser that speaks the Chrome DevTools Protocol.

    Attributes:
        path: the program.
        environ: more environment variables that it needs.
        arguments: more arguments that it needs.
    """

    path: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[str, ...] = ("--disable-gpu",)


def browser() -> Browser:
    """The browser that ``$HOLDFAST_BROWSER`` names, one of this machine, or the one of the lock."""
    named = os.environ.get(VARIABLE)
    if named:
        return Browser(path=Path(named))
    paths = [*(Path(path) for name in _NAMES if (path := shutil.which(name))), *filter(Path.exists, _PLACES)]
    return Browser(path=paths[0]) if paths else install()


def install(home: Path = HOME) -> Browser:
    """Install what the lock says, unless that is what is there already. Linux on x86-64 only.

    Args:
        home: folder to install into; replaced when it holds anything else.
    """
    mark = home / ".installed"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if not mark.exists() or mark.read_text(encoding="utf-8") != wanted:
        print("Installing Chromium for the tests, about 70 MB", flush=True)
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        for file in (LOCK, LOCK.with_name("package.json")):
            shutil.copy(file, home)
        for command in (
            ["npm", "ci", "--ignore-scripts", "--no-progress", "--loglevel=error"],
            ["node", "--eval", _UNPACK],
            ["tar", "-xf", "libraries.tar"],
            ["tar", "-xf", "renderer.tar"],
        ):
            subprocess.run(command, cwd=home, check=True)
        shutil.rmtree(home / "node_modules")
        mark.write_text(wanted, encoding="utf-8")
    return Browser(
        path=home / "chromium",
        environ={"LD_LIBRARY_PATH": f"{home / 'lib'}:{home}"},
        arguments=("--no-zygote", "--use-gl=angle", "--use-angle=swiftshader"),
    )


if __name__ == "__main__":
    print(browser().path)
