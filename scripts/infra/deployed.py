"""What scripts/deploy does before SAM: rules of our own, on a copy of infra/ with programs that are empty files."""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent.parent / "deploy"


def deployed(infra):
    """A changed parameter changes what each function is deployed from, or SAM publishes no version; and its architecture is the stage's."""
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
            yield "two deployments of the same parameters differ, so every one would publish new versions"
        config = folder / "infra/samconfig.toml"
        config.write_text(config.read_text().replace('"LogLevel=info"', '"LogLevel=warn"'))
        _prepare(folder, "prod")
        after = _files(folder)
        for name in programs:
            if after[name] == before[name]:
                yield f"{name} is deployed from the same files with another LogLevel"
        template = folder / "infra/template.yaml"
        template.write_text(re.sub(r"(  BedrockMaxTokens:\n(?:    .*\n)*?    Default: ).*", r"\g<1>77", template.read_text()))
        _prepare(folder, "prod")
        by_default = _files(folder)
        if by_default == after:
            yield "another default of BedrockMaxTokens changes no program"
        config.write_text(config.read_text().replace('"BudgetUsd=', '"BudgetUsd=9'))
        _prepare(folder, "prod")
        if _files(folder) != by_default:
            yield "another BudgetUsd, which no function reads, would start a canary of every function"


def _architecture(infra):
    with _copy(infra) as folder:
        config = folder / "infra/samconfig.toml"
        config.write_text(config.read_text().replace('"Stage=prod",', '"Stage=prod", "Architecture=arm64",'))
        problem = _prepare(folder, "prod") or ""
        if "scripts/package --arch arm64" not in problem:
            yield f"x86_64 programs for a stage with Architecture=arm64: {problem or 'not refused'}"


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
    """Runs it; what it says if it fails."""
    done = subprocess.run([folder / "scripts/deploy", stage, "--prepare"], capture_output=True, text=True, check=False)
    return done.stderr.strip() if done.returncode else None


def _files(folder):
    programs = folder.glob("target/lambda/*/")
    return {path.name: {file.name: file.read_bytes() for file in path.iterdir()} for path in programs if path.is_dir()}


CHECKS = {"deployed": deployed}
