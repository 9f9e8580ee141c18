"""Reads the templates and samconfig.toml, and transforms the SAM template offline."""

import contextlib
import io
import json
import os
import re
import tomllib
from pathlib import Path

STAGES = ("dev", "staging", "prod")


class Infra:
    """The templates and settings of a folder like infra/."""

    def __init__(self, folder, repository):
        self.folder = Path(folder)
        self.repository = Path(repository)
        self.text = {name: (self.folder / name).read_text() for name in ("template.yaml", "alarms.yaml", "site.yaml")}
        self.template, self.alarms, self.site = (_parse(self.text[name]) for name in ("template.yaml", "alarms.yaml", "site.yaml"))
        self.samconfig = tomllib.loads((self.folder / "samconfig.toml").read_text())
        self.functions = of_type(self.template, "AWS::Serverless::Function")

    def parameters(self, stage):
        """The parameters of a stage in samconfig.toml, as a dictionary."""
        given = self.samconfig.get(stage, {}).get("deploy", {}).get("parameters", {}).get("parameter_overrides", [])
        return dict(entry.split("=", 1) for entry in given)

    def all_parameters(self, stage):
        """The same, with the defaults of the other parameters."""
        defaults = {name: p["Default"] for name, p in self.template["Parameters"].items() if "Default" in p}
        return {**defaults, **self.parameters(stage)}

    def events(self):
        """Yields the function, name and properties of every route."""
        for function, resource in self.functions.items():
            for name, event in resource["Properties"].get("Events", {}).items():
                if event.get("Type") == "Api":
                    yield function, name, event["Properties"]

    def transformed(self, stage="prod"):
        """The template that CloudFormation receives. Raises samtranslator's InvalidDocumentException."""
        os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
        from samtranslator.translator.transform import transform

        class NoManagedPolicies:  # the transform looks policies up by name, and the template names none
            def load(self):
                return {}

        template = _parse(self.text["template.yaml"])
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Serverless::Function":
                # `sam package` writes the uploaded archive here; the transform accepts no folder.
                resource["Properties"]["CodeUri"] = {"Bucket": "artifacts", "Key": "code.zip"}
        with contextlib.redirect_stdout(io.StringIO()):
            return json.loads(json.dumps(transform(template, self.all_parameters(stage), NoManagedPolicies())))


def _parse(text):
    from samtranslator.yaml_helper import yaml_parse

    # Through JSON, so that two places do not share a list through a YAML alias.
    return json.loads(json.dumps(yaml_parse(text), default=str))


def of_type(template, kind):
    return {name: r for name, r in template["Resources"].items() if r["Type"] == kind}


def references(node):
    """The outermost intrinsic functions in a part of a template."""
    if isinstance(node, dict):
        if len(node) == 1 and next(iter(node)).startswith(("Fn::", "Ref")):
            if node == {"Ref": "AWS::NoValue"}:
                return []
            if "Fn::If" in node:
                condition, *branches = node["Fn::If"]
                joined = ({"Fn::Join": [" ", ["either", *references(branch)]]} for branch in branches)
                return [{"Fn::If": [condition, *joined]}]
            return [node]
        return [found for value in node.values() for found in references(value)]
    if isinstance(node, list):
        return [found for value in node for found in references(value)]
    return []


def names_used(node):
    """Every name in the Ref, GetAtt and Sub of a part of a template, with the attribute if there is one."""
    found = set()
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "Ref":
                found.add(value)
            elif key == "Fn::GetAtt":
                found.add(value if isinstance(value, str) else ".".join(map(str, value)))
            elif key == "Fn::Sub":
                text, own = (value, {}) if isinstance(value, str) else value
                found |= {n for n in re.findall(r"\$\{([^!}]+)\}", text) if n not in own}
                found |= names_used(own)
            else:
                found |= names_used(value)
    elif isinstance(node, list):
        for value in node:
            found |= names_used(value)
    return found


def substituted(node, values):
    """Replaces each `${Name}` in a text by its value; a name without a value becomes the name itself."""
    text = node["Fn::Sub"] if isinstance(node, dict) and "Fn::Sub" in node else node
    if isinstance(text, list):
        text = text[0]
    return re.sub(r"\$\{([^!}]+)\}", lambda m: str(values.get(m[1], m[1].replace("::", "-"))), str(text))
