"""The checks that other programs do: sam, cfn-lint, checkov, moto. Each is one named check and yields what is wrong."""

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

# In the transformed template: SAM has put the value of Rollout into its resources, and the nested templates are uploaded by `sam package`.
TRANSFORMED_IGNORES = ["W2001", "W3002"]


def _run(program, *arguments, folder=None):
    # Offline, without an account and without telemetry, whatever the machine has set.
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    kept |= {"SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "LOG_LEVEL": "ERROR",
             "CKV_IGNORE_HIDDEN_DIRECTORIES": "false", "PYTHONWARNINGS": "ignore"}  # fmt: skip
    beside = Path(sys.executable).parent / program
    command = [str(beside) if beside.exists() else program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=kept, cwd=folder, stdin=subprocess.DEVNULL)


def sam_validate(infra):
    """sam validate --lint takes the template."""
    run = _run("sam", "validate", "--lint", "--template", str(infra.folder / "template.yaml"), folder=infra.folder)
    if run.returncode:
        text = (run.stdout + run.stderr).replace("[[", "\n[").replace("), [", ")\n[")
        lines = [line.strip("[] ") for line in text.splitlines() if line.strip()]
        yield from [line for line in lines if not line.startswith("Error: Linting failed")] or [f"it ended with {run.returncode}"]


def sam_transform(infra):
    """SAM's own transform, offline, takes the template with the parameters of each stage."""
    from samtranslator.model.exceptions import InvalidDocumentException

    for stage in STAGES:
        try:
            infra.transformed(stage)
        except InvalidDocumentException as error:
            yield from (f"stage {stage}: {cause.message}" for cause in error.causes)


def lint_transformed(infra):
    """cfn-lint finds nothing in what SAM makes of the template."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "transformed.json"
        path.write_text(json.dumps(infra.transformed(), indent=1))
        yield from _lint(path, TRANSFORMED_IGNORES)


def lint_nested(infra):
    """cfn-lint finds nothing in alarms.yaml and site.yaml."""
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
    """checkov finds nothing that infra/waivers.toml does not explain, and every waiver is needed."""
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
        yield f"it gave no report: {(run.stderr or run.stdout).strip()[-300:]}"
        return
    if report["summary"]["resource_count"] < 100 or report["summary"]["parsing_errors"]:
        yield f"it did not read everything: {report['summary']}"
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
            yield f"waiver {waiver['check']} has no reason that explains it"
        for pattern in waiver["resources"]:
            if (number, pattern) not in needed:
                yield f"waiver {waiver['check']} of {pattern} is not needed; take it out of infra/waivers.toml"


# Every condition the other way round than in prod.
OPTIONS = {
    "HostedZoneId": "Z0000000000000", "ApiGatewayLogRoleArn": "arn:aws:iam::111122223333:role/logs", "AuthConcurrency": 10,
    "MessagesConcurrency": 10, "AiConcurrency": 10, "TableKeyArn": "arn:aws:kms:us-east-1:111122223333:key/1", "TableWarmReadUnits": 12000,
    "TableWarmWriteUnits": 4000, "ContributorInsights": "on", "BedrockGuardrailArn": "arn:aws:bedrock:us-east-1:111122223333:guardrail/g",
    "SlackWorkspaceId": "T0000", "SlackChannelId": "C0000", "BudgetUsd": 0,
}  # fmt: skip


def moto_stack(infra):
    """moto creates the transformed stack, as prod and with every option turned: each reference leads somewhere."""
    for what, options in (("prod", {}), ("every option turned", OPTIONS)):
        try:
            real, standing = stack.create(infra.transformed(), infra.parameters("prod") | options)
        except Exception as error:  # whatever moto raises, it could not be created
            yield f"{what}: {type(error).__name__}: {str(error)[:300]}"
            continue
        if real < 25:
            yield f"{what}: only {real} resources are real and {standing} stand-ins: the check has become empty"


CHECKS = {
    check.__name__.replace("_", "-"): check
    for check in (sam_transform, sam_validate, lint_transformed, lint_nested, moto_stack, checkov)
}
