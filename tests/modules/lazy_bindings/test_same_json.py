"""With the real AWS provider: what is synthesized is the same to the byte, and only what is used is loaded."""

from __future__ import annotations

import json
import textwrap
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.modules.lazy_bindings.programs import ROOT, run

APP = """
import json, sys
from {package} import activate
activate()
from cdktf import App, TerraformStack
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.sns_topic import SnsTopic

app = App()
stack = TerraformStack(app, "topics")
AwsProvider(stack, "aws", region="eu-central-2")
SnsTopic(stack, "topic", name="a-topic")
app.synth()
print(json.dumps(sorted(name for name in sys.modules if name.startswith("cdktf_cdktf_provider_aws."))))
"""

SPY = """
process.on("exit", () => {
  const files = Object.keys(require.cache).filter((file) => /provider-aws.lib.[^\\\\/]+.index.js$/.test(file));
  if (files.length) require("fs").writeFileSync(process.env.SPY_FILE, JSON.stringify(files));
});
"""


ENVIRONMENTS = ("dev", "prod")

MAIN = """
import os, pathlib, main
out = pathlib.Path(os.environ["CDKTF_OUTDIR"])
for name in {environments}:
    os.environ.update(HOLDFAST_ENVIRONMENT=name, CDKTF_OUTDIR=str(out / name))
    main.main()
"""


def written(folder: Path) -> dict[str, bytes]:
    """All that a synthesis wrote, by its path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of all environments with the plain import, and with ours: one process each, at once."""
    folders = {switch: tmp_path_factory.mktemp(f"lazy-bindings-{switch}") for switch in ("0", "1")}

    def synthesize(switch: str) -> None:
        environ = {
            "LAZY_BINDINGS": switch,
            "CDKTF_OUTDIR": str(folders[switch]),
            "ENVIRONMENT_SUFFIX": None,
        }
        run(["-c", MAIN.format(environments=ENVIRONMENTS)], environ=environ)

    with ThreadPoolExecutor() as both:
        list(both.map(synthesize, folders))
    return {"plain": folders["0"], "ours": folders["1"]}


@pytest.mark.slow
@pytest.mark.xdist_group("lazy_bindings")
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_json_of_citizen_data_is_the_same(synthesized: dict[str, Path], environment: str) -> None:
    plain, ours = (written(synthesized[way] / environment) for way in ("plain", "ours"))
    assert "stacks/citizen-data/cdk.tf.json" in plain
    assert ours == plain


def test_the_folder_works_in_any_project_and_loads_only_what_is_used(tmp_path: Path) -> None:
    """Copied under another name beside an app that knows nothing of this project."""
    copy = tmp_path / "quick"
    copy.mkdir()
    for file in (ROOT / "modules" / "lazy_bindings").iterdir():
        if file.is_file():
            (copy / file.name).write_bytes(file.read_bytes())
    (tmp_path / "main.py").write_text(textwrap.dedent(APP.format(package="quick")), encoding="utf-8")
    spy = tmp_path / "spy.js"
    spy.write_text(SPY, encoding="utf-8")
    seen = tmp_path / "seen.json"
    environ = {
        "NODE_OPTIONS": f"--require {spy}",
        "SPY_FILE": str(seen),
        "CDKTF_OUTDIR": None,
        "PYTHONPATH": None,
    }
    done = run(["main.py"], cwd=tmp_path, environ=environ)
    in_python = {name.split(".")[1] for name in json.loads(done.stdout)}
    in_node = {Path(file).parent.name for file in json.loads(seen.read_text(encoding="utf-8"))}
    assert in_python == {"_jsii", "_private", "provider", "sns_topic"}
    assert in_node == {"provider", "sns-topic"}
    assert done.stderr == ""
    document = json.loads((tmp_path / "cdktf.out/stacks/topics/cdk.tf.json").read_bytes())
    assert document["resource"]["aws_sns_topic"]["topic"]["name"] == "a-topic"
