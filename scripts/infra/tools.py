"""The checks with external tools: sam, cfn-lint, checkov, moto. Each function is a check and yields problems."""

import fnmatch
import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from . import stack
from .load import STAGES

# For the transformed template: SAM has replaced Rollout by its value, and `sam package` uploads the nested templates.
TRANSFORMED_IGNORES = ["W2001", "W3002"]


def _run(program, *arguments, folder=None):
    # Offline, without an account and without telemetry: the settings of the machine do not apply.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    kept |= {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "LOG_LEVEL": "ERROR",
             "CKV_IGNORE_HIDDEN_DIRECTORIES": "false", "PYTHONWARNINGS": "ignore"}  # fmt: skip
    beside = Path(sys.executable).parent / program
    command = [str(beside) if beside.exists() else program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=kept, cwd=folder, stdin=subprocess.DEVNULL)


def sam_validate(infra):
    """sam validate --lint accepts the template."""
    run = _run("sam", "validate", "--lint", "--template", str(infra.folder / "template.yaml"), folder=infra.folder)
    if run.returncode:
        text = (run.stdout + run.stderr).replace("[[", "\n[").replace("), [", ")\n[")
        lines = [line.strip("[] ") for line in text.splitlines() if line.strip()]
        yield from [line for line in lines if not line.startswith("Error: Linting failed")] or [f"sam ended with status {run.returncode}"]


def sam_transform(infra):
    """SAM's own transform, offline, accepts the template with the parameters of each stage."""
    from samtranslator.model.exceptions import InvalidDocumentException

    for stage in STAGES:
        try:
            infra.transformed(stage)
        except InvalidDocumentException as error:
            yield from (f"stage {stage}: {cause.message}" for cause in error.causes)


def lint_transformed(infra):
    """cfn-lint finds no problem in the transformed template."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transformed.json"
        path.write_text(json.dumps(infra.transformed(), indent=1))
        yield from _lint(path, TRANSFORMED_IGNORES)


def lint_nested(infra):
    """cfn-lint finds no problem in alarms.yaml and site.yaml."""
    for name in ("alarms.yaml", "site.yaml"):
        yield from _lint(infra.folder / name, [])


def _lint(path, ignored):
    run = _run("cfn-lint", "--format", "json", *(["--ignore-checks", *ignored] if ignored else []), "--", str(path))
    if not run.stdout.strip().startswith("["):
        if run.returncode:
            yield (run.stderr or run.stdout).strip().splitlines()[-1]
        return
    for match in json.loads(run.stdout):
        where = "/".join(map(str, match["Location"]["Path"] or []))
        yield f"{path.name} {where}: {match['Rule']['Id']} {match['Message']}"


def checkov(infra):
    """infra/waivers.toml explains every finding of checkov, and every waiver is needed."""
    waivers = tomllib.loads((infra.folder / "waivers.toml").read_text())["waiver"]
    needed = set()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "template.json").write_text(json.dumps(infra.transformed(), indent=1))
        for name in ("alarms.yaml", "site.yaml"):
            (Path(folder) / name).write_text(infra.text[name])
        run = _run("checkov", "--directory", folder, "--framework", "cloudformation", "--skip-download", "--quiet", "--compact",
                   "--output", "json")  # fmt: skip
    try:
        report = json.loads(run.stdout)
        failed = report["results"]["failed_checks"]
    except (ValueError, KeyError, TypeError):
        yield f"checkov printed no report: {(run.stderr or run.stdout).strip()[-300:]}"
        return
    if report["summary"]["resource_count"] < 100 or report["summary"]["parsing_errors"]:
        yield f"checkov did not read every resource: {report['summary']}"
    for finding in failed:
        check, resource = finding["check_id"], finding["resource"].rsplit(".", 1)[-1]
        fitting = [
            (number, pattern)
            for number, waiver in enumerate(waivers)
            for pattern in waiver["resources"]
            if waiver["check"] == check and fnmatch.fnmatchcase(resource, pattern)
        ]
        needed.update(fitting)
        if not fitting:
            yield f"{finding['file_path'].lstrip('/')} {resource}: {check} {finding['check_name']}"
    for number, waiver in enumerate(waivers):
        if len(waiver.get("reason", "")) < 40:
            yield f"the reason of waiver {waiver['check']} is too short to explain it"
        for pattern in waiver["resources"]:
            if (number, pattern) not in needed:
                yield f"waiver {waiver['check']} of {pattern} is not needed; remove it from infra/waivers.toml"


# Inverts every condition of prod.
OPTIONS = {
    "HostedZoneId": "Z0000000000000", "ApiGatewayLogRoleArn": "arn:aws:iam::111122223333:role/logs", "AuthConcurrency": 10,
    "MessagesConcurrency": 10, "AiConcurrency": 10, "TableKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1", "TableWarmReadUnits": 12000,
    "TableWarmWriteUnits": 4000, "ContributorInsights": "on", "BedrockGuardrailArn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/g",
    "SlackWorkspaceId": "T0000", "SlackChannelId": "C0000", "BudgetUsd": 0,
}  # fmt: skip


def moto_stack(infra):
    """moto creates the transformed stack, as prod and with every option inverted: each reference resolves."""
    for what, options in (("prod", {}), ("every option inverted", OPTIONS)):
        try:
            real, standing = stack.create(infra.transformed(), infra.parameters("prod") | options)
        except Exception as error:  # any error of moto means that it cannot create the stack
            yield f"{what}: {type(error).__name__}: {str(error)[:300]}"
            continue
        if real < 25:
            yield f"{what}: only {real} resources are real, and {standing} are stand-ins: too few for a meaningful check"


CHECKS = {
    check.__name__.replace("_", "-"): check
    for check in (sam_transform, sam_validate, lint_transformed, lint_nested, moto_stack, checkov)
}
