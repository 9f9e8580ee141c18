"""Tests the preparation of scripts/deploy, on a copy of infra/ with empty files as programs."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


def deployed(infra):
    """A changed parameter changes each function's files, so SAM publishes a version; the architecture is the stage's."""
    yield from _settings(infra)
    yield from _architecture(infra)


def _settings(infra):
    with _copy(infra) as folder:
        programs = [path.parent.name for path in folder.glob("target/lambda/*/bootstrap")]
        problem = _prepare(folder, "prod")
        if problem:
            yield problem
            return
        before = _files(folder)
        _prepare(folder, "prod")
        if _files(folder) != before:
            yield "two deployments with the same parameters differ, so each would publish new versions"
        config = folder / "infra/samconfig.toml"
        config.write_text(config.read_text().replace('"LogLevel=info"', '"LogLevel=warn"'))
        _prepare(folder, "prod")
        after = _files(folder)
        for name in programs:
            if after[name] == before[name]:
                yield f"a changed LogLevel does not change the files of {name}"
        template = folder / "infra/template.yaml"
        template.write_text(re.sub(r"(  BedrockMaxTokens:\n(?:    .*\n)*?    Default: ).*", r"\g<1>77", template.read_text()))
        _prepare(folder, "prod")
        by_default = _files(folder)
        if by_default == after:
            yield "a changed default of BedrockMaxTokens changes no program"
        config.write_text(config.read_text().replace('"BudgetUsd=', '"BudgetUsd=9'))
        _prepare(folder, "prod")
        if _files(folder) != by_default:
            yield "a changed BudgetUsd, which no function reads, would start a canary of every function"


def _architecture(infra):
    with _copy(infra) as folder:
        config = folder / "infra/samconfig.toml"
        config.write_text(config.read_text().replace('"Stage=prod",', '"Stage=prod", "Architecture=arm64",'))
        problem = _prepare(folder, "prod") or ""
        if "scripts/package --arch arm64" not in problem:
            yield f"scripts/deploy must refuse x86_64 programs for a stage with Architecture=arm64: {problem or 'not refused'}"


class _copy:
    def __init__(self, infra):
        self.infra = infra

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory()
        root = Path(self.folder.name)
        (root / "scripts").mkdir()
        shutil.copy(DEPLOY, root / "scripts")
        (root / "infra").mkdir()
        for name in ("template.yaml", "samconfig.toml"):
            shutil.copy(self.infra.folder / name, root / "infra")
        for function in self.infra.functions.values():
            program = root / "infra" / function["Properties"]["CodeUri"]
            program.mkdir(parents=True)
            (program / "bootstrap").touch()
        (root / "target/lambda/build.json").write_text(json.dumps({"architecture": "x86_64"}))
        return root

    def __exit__(self, *_):
        self.folder.cleanup()


def _prepare(folder, stage):
    """Runs `scripts/deploy STAGE --prepare`. Returns its errors, or None."""
    done = subprocess.run([folder / "scripts/deploy", stage, "--prepare"], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def _files(folder):
    programs = folder.glob("target/lambda/*/")
    return {path.name: {file.name: file.read_bytes() for file in path.iterdir()} for path in programs if path.is_dir()}


CHECKS = {"deployed": deployed}
