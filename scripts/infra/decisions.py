"""Decisions on security and operation: a changed value in a template is a problem until this list changes too."""

import json
import re

from .load import of_type

TEMPLATE, SITE, ALARMS = "template.yaml", "site.yaml", "alarms.yaml"
API = "Resources/Api/Properties"
WAF = "Resources/WebAcl/Properties/Rules[Name=%s]"
SECRET = WAF % "origin-secret" + "/Statement/NotStatement/Statement/OrStatement/Statements"
RATE = WAF % "auth-by-address"
DISTRIBUTION = "Resources/Distribution/Properties/DistributionConfig"
API_PATH = DISTRIBUTION + "/CacheBehaviors[PathPattern=/api/*]"
POLICY = ("default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
          "font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
          "object-src 'none'")  # fmt: skip

# Reason, file, path in the file, value.
DECISIONS = (
    ("the API is reachable only through its own domain, behind WAF", TEMPLATE, f"{API}/DisableExecuteApiEndpoint", True),
    ("gzip bodies stay binary, other bodies text", TEMPLATE, f"{API}/BinaryMediaTypes", ["application~1gzip"]),
    ("pages of other origins cannot read answers", TEMPLATE, f"{API}/Cors/AllowOrigin", {"Fn::Sub": "'https://${SiteDomain}'"}),
    ("/api of the site is the API", TEMPLATE, "Resources/ApiMapping/Properties/BasePath", "api"),
    ("the API requires TLS 1.2", TEMPLATE, "Resources/ApiDomainName/Properties/SecurityPolicy", "TLS_1_2"),
    ("WAF filters the requests to the API", TEMPLATE, "Resources/WebAclOfApi/Properties/WebACLArn", {"Fn::GetAtt": ["WebAcl", "Arn"]}),
    ("WAF filters the requests to the API", TEMPLATE, "Resources/WebAclOfApi/Properties/ResourceArn",
     {"Fn::Sub": "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${Api}/stages/${Api.Stage}"}),
    *((f"WAF compares the whole secret ({number})", TEMPLATE, f"{SECRET}/{number}/ByteMatchStatement/PositionalConstraint", "EXACTLY")
      for number in (0, 1)),
    *((f"WAF reads the header of the secret ({number})", TEMPLATE, f"{SECRET}/{number}/ByteMatchStatement/FieldToMatch",
       {"SingleHeader": {"Name": "x-origin-secret"}}) for number in (0, 1)),
    ("WAF refuses floods of sign-ins", TEMPLATE, f"{RATE}/Action/Block/CustomResponse/ResponseCode", 429),
    ("WAF counts each viewer separately", TEMPLATE, f"{RATE}/Statement/RateBasedStatement/AggregateKeyType", "FORWARDED_IP"),
    ("WAF counts sign-ins, which are POST", TEMPLATE,
     f"{RATE}/Statement/RateBasedStatement/ScopeDownStatement/AndStatement/Statements/1/ByteMatchStatement/SearchString", "POST"),
    ("Amazon's rules block", TEMPLATE, f"{WAF % 'common'}/OverrideAction", {"None": {}}),
    ("Amazon's rules block", TEMPLATE, f"{WAF % 'known-bad-inputs'}/OverrideAction", {"None": {}}),
    ("WAF's log has no cookies", TEMPLATE, "Resources/WebAclLogging/Properties/RedactedFields",
     [{"SingleHeader": {"Name": name}} for name in ("cookie", "authorization", "x-origin-secret")]),
    ("the table expires by its own field", TEMPLATE, "Resources/Table/Properties/TimeToLiveSpecification",
     {"AttributeName": "expires_at", "Enabled": True}),
    ("deleted data is removed within minutes", TEMPLATE, "Resources/SweepFunction/Properties/Events/Schedule/Properties/Schedule",
     "rate(5 minutes)"),
    ("the sweep has more time than its own limit", TEMPLATE, "Resources/SweepFunction/Properties/Timeout", 60),
    ("alarms and budget can publish to the topic", TEMPLATE, "Resources/AlarmTopicPolicy/Properties/PolicyDocument/Statement/0/Principal",
     {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}),
    ("EventBridge can send lost events to the queue", TEMPLATE, "Resources/DeadLettersPolicy/Properties/PolicyDocument/Statement/0/Principal",
     {"Service": "events.amazonaws.com"}),
    ("an event in the queue raises an alarm", ALARMS, "Resources/DeadLetters/Properties/Dimensions",
     [{"Name": "QueueName", "Value": {"Fn::Sub": "codesensei-${Stage}-dead-letters"}}]),
    ("CloudFront reaches the API by TLS", SITE, f"{DISTRIBUTION}/Origins[Id=api]/CustomOriginConfig/OriginProtocolPolicy", "https-only"),
    ("cookies never go over HTTP", SITE, f"{API_PATH}/ViewerProtocolPolicy", "https-only"),
    ("cookies, query strings and headers reach the API", SITE, f"{API_PATH}/OriginRequestPolicyId", {"Ref": "ApiRequest"}),
    ("WAF gets the viewer's address", SITE, f"{API_PATH}/FunctionAssociations",
     [{"EventType": "viewer-request", "FunctionARN": {"Fn::GetAtt": ["ApiFunction", "FunctionMetadata.FunctionARN"]}}]),
    ("cookies reach the API", SITE, "Resources/ApiRequest/Properties/OriginRequestPolicyConfig/CookiesConfig/CookieBehavior", "all"),
    ("query strings reach the API", SITE, "Resources/ApiRequest/Properties/OriginRequestPolicyConfig/QueryStringsConfig/QueryStringBehavior",
     "all"),
    ("the programs get the sender of a request, and the accepted types", SITE,
     "Resources/ApiRequest/Properties/OriginRequestPolicyConfig/HeadersConfig/Headers",
     ["accept", "accept-encoding", "content-type", "if-none-match", "origin", "sec-fetch-site", "user-agent",
      "cloudfront-viewer-address", "x-viewer-address"]),
    *((f"the page runs only its own scripts, and cannot be framed ({headers})", SITE,
       f"Resources/{headers}/Properties/ResponseHeadersPolicyConfig/SecurityHeadersConfig/ContentSecurityPolicy",
       {"ContentSecurityPolicy": POLICY, "Override": True}) for headers in ("PageHeaders", "AssetHeaders")),
    ("only this distribution reads the bucket", SITE, "Resources/BucketPolicy/Properties/PolicyDocument/Statement/0/Condition",
     {"StringEquals": {"aws:SourceArn": {
         "Fn::Sub": "arn:${AWS::Partition}:cloudfront::${AWS::AccountId}:distribution/${Distribution}"}}}),
    ("CloudFront signs its requests to the bucket", SITE,
     "Resources/BucketAccess/Properties/OriginAccessControlConfig/SigningBehavior", "always"),
    ("50 dollars for the model in an hour raise an alarm, in micro-dollars", ALARMS, "Resources/ModelCost/Properties/Threshold", 50_000_000),
    ("a stopped sweep raises an alarm", ALARMS, "Resources/SweepSilent/Properties/TreatMissingData", "breaching"),
)  # fmt: skip

# Expensive routes, which hash a password or call the model, with the parameter that limits all clients together.
COSTLY = {
    ("/auth/login", "POST"): "AuthThrottleRate",
    ("/auth/signup", "POST"): "AuthThrottleRate",
    ("/users/me/password", "PUT"): "AuthThrottleRate",
    ("/users/me", "DELETE"): "AuthThrottleRate",
    ("/threads/{thread_id}/messages", "POST"): "ModelThrottleRate",
    ("/threads/{thread_id}/messages/{message_id}/retry", "POST"): "ModelThrottleRate",
    ("/ai/analyze", "POST"): "ModelThrottleRate",
}


def decisions(infra):
    """The decisions on security and operation still hold: scripts/infra/decisions.py lists them with their reasons."""
    templates = {TEMPLATE: infra.template, SITE: infra.site, ALARMS: infra.alarms}
    for what, file, path, wanted in DECISIONS:
        found = _at(templates[file], path)
        if found != wanted:
            yield f"{file}: {path} is {json.dumps(found)}, not {json.dumps(wanted)}: {what}"
    for rule in infra.template["Resources"]["WebAcl"]["Properties"]["Rules"]:
        if rule["VisibilityConfig"]["SampledRequestsEnabled"] is not False:
            yield f"template.yaml: WAF must not sample requests ({rule['Name']}): samples have cookies"
    settings = {(s["ResourcePath"][1:].replace("~1", "/"), s["HttpMethod"]): s for s in _at(infra.template, f"{API}/MethodSettings")}
    for route, parameter in COSTLY.items():
        setting = settings.get(route, {})
        if {setting.get(name, {}).get("Ref") for name in ("ThrottlingRateLimit", "ThrottlingBurstLimit")} != {parameter}:
            yield f"template.yaml: {route[1]} {route[0]} must be throttled by {parameter}"
    for (path, method), setting in settings.items():
        if setting.get("LoggingLevel") != "ERROR":
            yield f"template.yaml: {method} {path}: LoggingLevel must be ERROR; INFO logs whole requests"


def isolation(infra):
    """A function has its own role, log, program and alarms; its role allows only this log, and models only by profile."""
    resources = infra.template["Resources"]
    for name, function in infra.functions.items():
        short, properties = name.removesuffix("Function"), function["Properties"]
        wanted = {"Role": {"Fn::GetAtt": [f"{short}Role", "Arn"]}, "LoggingConfig": {"LogGroup": {"Ref": f"{short}Logs"}},
                  "FunctionName": {"Fn::Sub": f"codesensei-${{Stage}}-{short.lower()}"},
                  "CodeUri": f"../target/lambda/{short.lower()}"}  # fmt: skip
        for key, value in wanted.items():
            if properties.get(key) != value:
                yield f"{name}: {key} is {json.dumps(properties.get(key))}, not {json.dumps(value)}"
        yield from _role(short, resources[f"{short}Role"])
        if "DeploymentPreference" in properties:
            yield from _canary(name, short, properties, resources)
    errors = {json.dumps(alarm["Properties"].get("Dimensions")) for alarm in of_type(infra.alarms, "AWS::CloudWatch::Alarm").values()
              if alarm["Properties"].get("Namespace") == "AWS/Lambda" and alarm["Properties"].get("MetricName") == "Errors"}  # fmt: skip
    for name in infra.functions:
        if not any(f"-{name.removesuffix('Function').lower()}\"" in dimensions for dimensions in errors):
            yield f"alarms.yaml: add an alarm FunctionErrors for {name}"


def _role(short, role):
    for policy in role["Properties"]["Policies"]:
        for statement in policy["PolicyDocument"]["Statement"]:
            statement = statement.get("Fn::If", [None, statement])[1]
            text = json.dumps(statement)
            if "logs:PutLogEvents" in text and statement["Resource"] != {"Fn::GetAtt": [f"{short}Logs", "Arn"]}:
                yield f"{short}Role must write only the log {short}Logs"
            if "secretsmanager:" in text and re.search(r"secret:codesensei-(?!\$\{Stage\}/)", text):
                yield f"{short}Role must not read secrets of other stages"
            if "bedrock:InvokeModel" in text:
                if statement["Resource"] not in ({"Ref": "BedrockProfileArns"}, {"Ref": "BedrockModelArns"}):
                    yield f"{short}Role allows models that are not configured"
                through = {"StringLike": {"bedrock:InferenceProfileArn": {"Ref": "BedrockProfileArns"}}}
                if statement["Resource"] == {"Ref": "BedrockModelArns"} and statement.get("Condition") != through:
                    yield f"{short}Role must allow models only through their profile"


def _canary(name, short, properties, resources):
    alarms = properties["DeploymentPreference"].get("Alarms", {}).get("Fn::If", [None, []])[1]
    if alarms != [{"Ref": f"{short}CanaryErrors"}, {"Ref": f"{short}CanaryFaults"}]:
        yield f"{name} must be rolled back by {short}CanaryErrors and {short}CanaryFaults"
    faults = resources[f"{short}CanaryFaults"]["Properties"]
    of = [metric["MetricStat"]["Metric"]["Dimensions"] for metric in faults["Metrics"] if "MetricStat" in metric]
    if of != [[{"Name": "program", "Value": short.lower()}]] * 2 or faults["Metrics"][1]["MetricStat"]["Period"] > 60:
        yield f"{short}CanaryFaults must watch {name} in periods of one minute"
    alarm = resources[f"{short}CanaryErrors"]["Properties"]
    dimensions = {dimension["Name"] for dimension in alarm.get("Dimensions", [])}
    text = json.dumps(alarm.get("Dimensions", []))
    if "ExecutedVersion" not in dimensions or f"{name}.Version" not in text and f'["{name}", "Version.Version"]' not in text:
        yield f"{short}CanaryErrors must watch only the new version of {name}"
    if alarm.get("Threshold", 0) > 5 or alarm.get("Period", 60) * alarm.get("EvaluationPeriods", 1) > 300:
        yield f"{short}CanaryErrors must raise its alarm within a canary of 5 minutes"


def _at(node, path):
    """The value at a path of names, numbers, and list elements by one of their fields: `Rules[Name=common]`."""
    for part in re.split(r"/(?![^\[]*\])", path):
        match = re.fullmatch(r"(\w+)\[(\w+)=(.+)\]", part)
        try:
            if match:
                name, field, value = match.groups()
                node = next(element for element in node[name] if element.get(field) == value)
            else:
                node = node[int(part)] if isinstance(node, list) else node[part]
        except (KeyError, IndexError, StopIteration, TypeError, ValueError):
            return None
    return node


CHECKS = {"decisions": decisions, "isolation": isolation}
