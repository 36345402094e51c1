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


def written(folder: Path) -> dict[str, bytes]:
    """All that a synthesis wrote, by its path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.mark.slow
@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_the_json_of_citizen_data_is_the_same(tmp_path: Path, environment: str) -> None:
    def synthesize(switch: str) -> tuple[dict[str, bytes], str]:
        folder = tmp_path / switch
        environ = {
            "LAZY_BINDINGS": switch,
            "CDKTF_OUTDIR": str(folder),
            "HOLDFAST_ENVIRONMENT": environment,
            "ENVIRONMENT_SUFFIX": None,
        }
        done = run(["main.py"], environ=environ)
        return written(folder), done.stdout + done.stderr

    with ThreadPoolExecutor() as both:
        plain, lazy = both.map(synthesize, ("0", "1"))
    assert "stacks/citizen-data/cdk.tf.json" in plain[0]
    assert lazy == plain


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
