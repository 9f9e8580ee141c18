"""This repository's rules for operation, beyond the linters. Each function is a check and yields problems."""

import json
import re

from .load import STAGES, names_used, of_type, substituted

FUNCTIONS = ("auth", "users", "sessions", "threads", "messages", "ai", "sweep", "report")
SIGNING = {"AuthFunction", "UsersFunction"}
STREAMED_TAGS = {"Sessions", "Messages", "Analysis"}
TAGS = STREAMED_TAGS | {"Accounts", "Profile", "Threads", "Service"}
ROLLOUTS = {
    "AllAtOnce",
    *(f"Canary10Percent{minutes}Minutes" for minutes in (5, 10, 15, 30)),
    "Linear10PercentEvery1Minute",
    *(f"Linear10PercentEvery{minutes}Minutes" for minutes in (2, 3, 10)),
}
# Headings of docs/runbook.md.
HEADINGS = {
    "Faults", "AiTimeouts", "TableThrottles", "ModelCost", "SlowAnswers", "SlowQuestions", "SweepBacklog", "SweepSkipped", "SweepSilent",
    "AnswersNotStored", "UnreadableItems", "SignInsUnusual", "FunctionErrors", "FunctionThrottles", "GatewayErrors",
    "OriginRefused", "DeadLetters", "ReportMissing",
}  # fmt: skip
# Actions that support no resource, so a policy cannot name one.
WITHOUT_RESOURCE = {"cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"}


def markers(infra):
    """Generated sections have a begin and an end, and all of them are there."""
    found = []
    for name, text in infra.text.items():
        begun = None
        for number, line in enumerate(text.splitlines(), 1):
            marker = re.match(r"( *)# generated:(begin|end)\b ?(.*)$", line)
            if not marker:
                continue
            indent, kind, what = marker.groups()
            if kind == "begin":
                if begun:
                    yield f"{name}:{number}: `{what}` begins inside `{begun[1]}`"
                begun = (indent, what)
                found.append(what)
            elif not begun:
                yield f"{name}:{number}: `generated:end` without `generated:begin`"
            else:
                if begun[0] != indent:
                    yield f"{name}:{number}: the markers of `{begun[1]}` must have the same indent"
                begun = None
        if begun:
            yield f"{name}: `{begun[1]}` has no end"
    wanted = ["table", "alarms", *(f"policy function={name}" for name in FUNCTIONS)]
    wanted += [f"events tag={tag} streaming={'yes' if tag in STREAMED_TAGS else 'no'}" for tag in TAGS]
    for what in sorted(set(wanted) - set(found)):
        yield f"section `{what}` is missing"
    for what in sorted(set(found) - set(wanted)):
        yield f"unknown section `{what}`"
    for what in sorted({what for what in found if found.count(what) > 1}):
        yield f"section `{what}` is there twice"


def parameters(infra):
    """Every parameter, condition and output of a nested stack is used, and every used name exists."""
    for file, template in (("template.yaml", infra.template), ("alarms.yaml", infra.alarms), ("site.yaml", infra.site)):
        parts = {key: template.get(key, {}) for key in ("Resources", "Outputs", "Conditions", "Rules", "Globals")}
        used = {name.split(".")[0] for name in names_used(parts)}
        for name in template["Parameters"]:
            if name not in used:
                yield f"{file}: parameter {name} is not used"
        text = json.dumps(parts)
        for name in template.get("Conditions", {}):
            if f'"Condition": "{name}"' not in text and f'["{name}",' not in text:
                yield f"{file}: condition {name} is not used"
    nested = {"Alarms": infra.alarms, "Site": infra.site}
    for name, template in nested.items():
        given = set(infra.template["Resources"][name]["Properties"]["Parameters"])
        for missing in sorted({n for n, p in template["Parameters"].items() if "Default" not in p} - given):
            yield f"{name} needs a value for its parameter {missing}"
        for unknown in sorted(given - set(template["Parameters"])):
            yield f"{name} has no parameter {unknown}"
    for used in sorted(names_used(infra.template)):
        stack, _, output = used.partition(".Outputs.")
        if output and output not in nested.get(stack, {}).get("Outputs", {}):
            yield f"{used}: {stack} has no output {output}"


def samconfig(infra):
    """Each stage sets known parameters to valid values, and all without a default; otherwise stages are alike."""
    known = infra.template["Parameters"]
    kept = {}
    for stage in STAGES:
        given = infra.parameters(stage)
        if not given:
            yield f"stage {stage} has no parameter_overrides"
            continue
        for name in sorted(set(given) - set(known)):
            yield f"stage {stage}: the template has no parameter {name}"
        for name in sorted({n for n, p in known.items() if "Default" not in p} - set(given)):
            yield f"stage {stage}: parameter {name} has no default and no value"
        for name, value in given.items():
            rule = known.get(name, {})
            if "AllowedValues" in rule and value not in [str(allowed) for allowed in rule["AllowedValues"]]:
                yield f"stage {stage}: {name} must not be {value}"
            if "AllowedPattern" in rule and not re.fullmatch(rule["AllowedPattern"], value):
                yield f"stage {stage}: {name}={value} does not match its AllowedPattern"
            if rule.get("Type") == "Number":
                low, high = float(rule.get("MinValue", "-inf")), float(rule.get("MaxValue", "inf"))
                if not re.fullmatch(r"\d+", value) or not low <= float(value) <= high:
                    yield f"stage {stage}: {name} must not be {value}"
        if given.get("Stage") != stage:
            yield f"stage {stage}: Stage is {given.get('Stage')}"
        arns = given.get("BedrockProfileArns", "").split(",")
        for model in filter(None, given.get("BedrockModelIds", "").split(",")):
            if not any(arn.endswith(f"/{model}") for arn in arns):
                yield f"stage {stage}: {model} of BedrockModelIds needs an ARN in BedrockProfileArns; no function may call it"
        rest = json.dumps({k: v for k, v in infra.samconfig[stage].items()}, sort_keys=True)
        rest = re.sub(r'"parameter_overrides": \[[^\]]*\]', "", rest)
        rest = rest.replace(f"codesensei-{stage}", "").replace(f"stage={stage}", "")
        kept[stage] = (rest, set(given))
    if len({rest for rest, _ in kept.values()}) > 1:
        yield "stages may differ only by parameters, names and tags"
    for stage, (_, names) in kept.items():
        for name in sorted(set().union(*(names for _, names in kept.values())) - names):
            yield f"stage {stage} leaves out {name}, which another stage sets"
    if infra.parameters("prod").get("LogLevel") == "debug" or infra.parameters("prod").get("Rollout") == "AllAtOnce":
        yield "prod must not log at debug, and must not deploy all at once"


def rollouts(infra):
    """Deployments have a type that CodeDeploy knows, and alarms that exist."""
    for name in infra.template["Parameters"]["Rollout"]["AllowedValues"]:
        if name not in ROLLOUTS:
            yield f"Rollout allows {name}, which CodeDeploy does not know"
    served = {function for function, _, _ in infra.events()}
    for name, function in infra.functions.items():
        preference = function["Properties"].get("DeploymentPreference")
        if name in served and not preference:
            yield f"{name}: DeploymentPreference is missing; without it there is no rollback"
        if not preference:
            continue
        if preference.get("Type") != {"Ref": "Rollout"}:
            yield f"{name}: its DeploymentPreference must have Type: !Ref Rollout"
        condition, watched, otherwise = preference.get("Alarms", {}).get("Fn::If", ["", [], {}])
        if condition != "IsWatched" or otherwise != [{"Ref": "AWS::NoValue"}]:
            yield f"{name}: its Alarms must be !If [IsWatched, [...], [!Ref AWS::NoValue]]"
        alarms = [alarm.get("Ref") for alarm in watched]
        if not alarms:
            yield f"{name}: its deployment needs an alarm for the rollback"
        for alarm in alarms:
            if infra.template["Resources"].get(alarm, {}).get("Type") != "AWS::CloudWatch::Alarm":
                yield f"{name}: this template has no alarm {alarm}"
        if function["Properties"].get("AutoPublishAliasAllProperties") is not True:
            yield f"{name}: set AutoPublishAliasAllProperties; without it, a changed variable never reaches the alias"


def least_privilege(infra):
    """No policy allows `*` or `service:*`; `Resource: "*"` is only for actions that support no resource."""
    for file, template in (("template.yaml", infra.template), ("site.yaml", infra.site)):
        for name, resource in template["Resources"].items():
            for statement in _statements(resource.get("Properties", {})):
                if statement.get("Effect") != "Allow":
                    continue
                actions = _listed(statement.get("Action"))
                for action in actions:
                    if "*" in action:
                        yield f"{file}: {name} allows {action}; name the actions instead"
                if "Resource" in statement and "*" in _listed(statement["Resource"]) and not set(actions) <= WITHOUT_RESOURCE:
                    yield f"{file}: {name} allows {', '.join(actions)} on every resource; name the resources"
                if "NotAction" in statement or "NotResource" in statement:
                    yield f"{file}: {name} must not use NotAction or NotResource"


def secrets(infra):
    """Only auth and users have the signing key; a role reads exactly the secrets that the variables name."""
    for name, function in infra.functions.items():
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        named = {substituted(v, {}).split("/")[1] for k, v in variables.items() if k.endswith("_SECRET")}
        role = function["Properties"]["Role"]["Fn::GetAtt"]
        role = infra.template["Resources"][role.split(".")[0] if isinstance(role, str) else role[0]]
        read = set()
        for statement in _statements(role["Properties"]):
            if "secretsmanager:GetSecretValue" in _listed(statement.get("Action")):
                arns = [substituted(arn, {}) for arn in _listed(statement["Resource"])]
                read |= {arn.rsplit("/", 1)[1].removesuffix("-??????") for arn in arns}
        if named != read:
            yield f"{name}: its variables name {sorted(named)}, its role reads {sorted(read)}"
        if ("signing-key" in read) != (name in SIGNING):
            yield f"{name}: {'must not' if 'signing-key' in read else 'must'} read the signing key"


def retained(infra):
    """Table and bucket stay when the stack is deleted."""
    kept = (("template.yaml", infra.template, "Table"), ("site.yaml", infra.site, "Bucket"))
    for file, template, name in kept:
        resource = template["Resources"][name]
        # The empty bucket of a failed first deployment would block the next deployment.
        wanted = {"DeletionPolicy": "RetainExceptOnCreate" if name == "Bucket" else "Retain", "UpdateReplacePolicy": "Retain"}
        for policy, value in wanted.items():
            if resource.get(policy) != value:
                yield f"{file}: {name} has {policy} {resource.get(policy)}, not {value}"
    table = infra.template["Resources"]["Table"]["Properties"]
    if table.get("DeletionProtectionEnabled") is not True:
        yield "template.yaml: Table has no deletion protection"
    if table.get("PointInTimeRecoverySpecification", {}).get("PointInTimeRecoveryEnabled") is not True:
        yield "template.yaml: Table has no point-in-time recovery"


def scheduled(infra):
    """A function with a schedule has a queue for failed events, in the function and in the rule."""
    for name, function in infra.functions.items():
        for event, schedule in function["Properties"].get("Events", {}).items():
            if schedule["Type"] != "Schedule":
                continue
            if "DeadLetterQueue" not in function["Properties"] or "DeadLetterConfig" not in schedule["Properties"]:
                yield f"{name}.{event}: add DeadLetterQueue and DeadLetterConfig for failed events"


def budget(infra):
    """The budget is in US dollars a month, with notices at 80 %, 100 % and by forecast."""
    properties = infra.template["Resources"]["Budget"]["Properties"]
    data = properties["Budget"]
    if data["TimeUnit"] != "MONTHLY" or data["BudgetLimit"]["Unit"] != "USD" or data["BudgetType"] != "COST":
        yield f"the budget is {data['BudgetType']} in {data['BudgetLimit']['Unit']} {data['TimeUnit']}, not COST in USD MONTHLY"
    notices = [each["Notification"] for each in properties["NotificationsWithSubscribers"]]
    levels = {(notice["NotificationType"], notice["Threshold"]) for notice in notices}
    if levels != {("ACTUAL", 80), ("ACTUAL", 100), ("FORECASTED", 100)}:
        yield f"its notices are {sorted(levels)}; they must be 80 %, 100 % and the forecast"


def alarms(infra):
    """Every alarm notifies the topic, has a heading in the runbook, and names known endpoints; each has a Faults alarm."""
    endpoints = {f"{event['Method']} {event['Path']}" for _, _, event in infra.events()}
    found, watched = set(), set()
    for file, template, topic in (("alarms.yaml", infra.alarms, "AlarmTopicArn"), ("template.yaml", infra.template, "AlarmTopic")):
        for name, alarm in of_type(template, "AWS::CloudWatch::Alarm").items():
            properties = alarm["Properties"]
            shown = substituted(properties.get("AlarmName", ""), {"Stage": "prod"})
            heading = (shown.split("-") + ["", "", ""])[2]
            found.add(heading)
            if heading not in HEADINGS or not shown.startswith("codesensei-prod-"):
                yield f"{file}: {name} has the name {shown}; the form is codesensei-<stage>-<heading of the runbook>"
            description = substituted(properties.get("AlarmDescription", ""), {})
            if f"docs/runbook.md, {heading}." not in description or "#dashboards" not in description:
                yield f"{file}: {name} must name its heading in the runbook and the dashboard"
            for actions in ("AlarmActions", "OKActions"):
                if properties.get(actions) != [{"Ref": topic}]:
                    yield f"{file}: {name} must have the topic in {actions}"
            if "TreatMissingData" not in properties:
                yield f"{file}: {name} must set TreatMissingData"
            metrics = properties.get("Metrics", [])
            ids = {metric["Id"] for metric in metrics}
            if sum("MetricStat" in metric for metric in metrics) > 10:
                yield f"{file}: {name} has more than 10 metrics, the maximum"
            for metric in metrics:
                for word in re.findall(r"\b[a-z][a-z_0-9]*\b", metric.get("Expression", "")):
                    if word not in ids:
                        yield f"{file}: {name}: it has no metric {word}"
            returned = sum(metric.get("ReturnData", True) for metric in metrics)
            if metrics and returned != (2 if "ThresholdMetricId" in properties else 1):
                yield f"{file}: {name} must return exactly the metrics that it compares"
            dimensions = list(properties.get("Dimensions", []))
            for metric in metrics:
                dimensions += metric.get("MetricStat", {}).get("Metric", {}).get("Dimensions", [])
            for dimension in dimensions:
                if dimension["Name"] == "endpoint":
                    if dimension["Value"] not in endpoints:
                        yield f"{file}: {name}: there is no endpoint {dimension['Value']}"
                    elif heading == "Faults":
                        watched.add(dimension["Value"])
    for heading in sorted(HEADINGS - found):
        yield f"the alarm {heading} is missing"
    for endpoint in sorted(endpoints - watched - {"GET /openapi.json"}):
        yield f"{endpoint} has no Faults alarm"


def dashboard(infra):
    """The dashboard's body is JSON, and its widgets do not overlap."""
    body = substituted(infra.alarms["Resources"]["Dashboard"]["Properties"]["DashboardBody"], {"Stage": "prod"})
    try:
        widgets = json.loads(body)["widgets"]
    except (ValueError, KeyError) as error:
        yield f"the body is not JSON with widgets: {error}"
        return
    taken = {}
    for widget in widgets:
        title = widget["properties"].get("title", "the text")
        for x in range(widget["x"], widget["x"] + widget["width"]):
            for y in range(widget["y"], widget["y"] + widget["height"]):
                other = taken.setdefault((x, y), title)
                if other != title or x > 23:
                    yield f"{title} overlaps {other}" if x <= 23 else f"{title} is wider than the page"
                    break


CHECKS = {
    check.__name__.replace("_", "-"): check
    for check in (
        markers, parameters, samconfig, rollouts, least_privilege, secrets, retained, scheduled, budget, alarms, dashboard,
    )  # fmt: skip
}


def _listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def _statements(node):
    """Yields every policy statement in a part of a template, also inside Fn::If."""
    if isinstance(node, dict):
        if "Effect" in node:
            yield node
        else:
            for value in node.values():
                yield from _statements(value)
    elif isinstance(node, list):
        for value in node:
            yield from _statements(value)
