"""Planted errors: each is a small edit of a copy of infra/, with the check that must catch it."""

import shutil
import tempfile
from pathlib import Path

from .load import Infra

# The error, file, text, replacement, the check that must catch it, and a word of its message.
ERRORS = (
    ("a canary that CodeDeploy does not know", "template.yaml", "Canary10Percent15Minutes", "Canary10Percent7Minutes", "rollouts",
     "Canary10Percent7Minutes"),
    ("45 seconds at the gateway without streaming", "template.yaml", "ResponseTransferMode: RESPONSE_STREAM",
     "ResponseTransferMode: BUFFERED", "time-limits", "RESPONSE_STREAM"),
    ("a yearly budget", "template.yaml", "TimeUnit: MONTHLY", "TimeUnit: ANNUALLY", "budget", "ANNUALLY"),
    ("a method that HTTP does not have", "template.yaml", "Method: PATCH", "Method: PATHC", "routes", "PATHC"),
    ("a throttle whose path is not encoded", "template.yaml", '"/~1auth~1login"', '"/auth/login"', "throttles", "~1"),
    ("an answer of the gateway that is not JSON", "template.yaml", '{"error":{"code":"FILE_TOO_LARGE"', '{"error":{code:"FILE_TOO_LARGE"',
     "gateway-responses", "REQUEST_TOO_LARGE"),
    ("a policy that allows all actions of a service", "template.yaml", "Action: [kms:Decrypt, ", 'Action: ["kms:*", ', "least-privilege", "kms:*"),
    ("a reference to an unknown parameter", "template.yaml", "WebACLArn: !GetAtt WebAcl.Arn", "WebACLArn: !Ref WebAclArn",
     "sam-validate", "WebAclArn"),
    ("an unknown request model", "template.yaml", "Model: JsonObject", "Model: JsonObjekt",
     "sam-transform", "JsonObjekt"),
    ("a runtime that Lambda does not have", "template.yaml", "Runtime: provided.al2023", "Runtime: provided.al2024", "lint-transformed",
     "provided.al2024"),
    ("an alarm with a statistic that does not exist", "alarms.yaml", "Statistic: SampleCount", "Statistic: SampleCounts", "lint-nested",
     "SampleCounts"),
    ("a public bucket", "site.yaml", "BlockPublicPolicy: true", "BlockPublicPolicy: false", "checkov", "Bucket"),
    ("an unknown output of a nested stack", "template.yaml", "!GetAtt Site.Outputs.DistributionId",
     "!GetAtt Site.Outputs.DistributionID", "parameters", "DistributionID"),
    ("a misspelled parameter of a stage", "samconfig.toml", '"LogRetentionDays=30"', '"LogRetentionDay=30"', "samconfig",
     "LogRetentionDay"),
    ("a generated section without its end", "template.yaml", "  # generated:end\n\n  # A table with its own KMS key", "\n  # A table",
     "markers", "table"),
    ("a table that is deleted with the stack", "template.yaml", "DeletionPolicy: Retain", "DeletionPolicy: Delete", "retained", "Table"),
    ("a private key for a function that only verifies tokens", "template.yaml",
     "CODESENSEI_CODE_CACHE_MIB: !Ref CodeCacheMib", "CODESENSEI_SIGNING_KEY_SECRET: !Sub codesensei-${Stage}/signing-key", "secrets",
     "signing-key"),
    ("an alarm on an unknown endpoint", "alarms.yaml", 'Value: "POST /ai/analyze"', 'Value: "POST /ai/analyse"', "alarms",
     "/ai/analyse"),
    ("WAF that refuses the previous origin secret", "template.yaml", "SecretString:origin_before::", "SecretString:origin::",
     "origin-secret", "origin_before"),
    ("an error page that replaces the API's answers", "site.yaml", "{ ErrorCode: 404, ErrorCachingMinTTL: 0 }",
     "{ ErrorCode: 404, ErrorCachingMinTTL: 0, ResponseCode: 200, ResponsePagePath: /index.html }", "edge", "404"),
    ("a reference to a resource that a condition leaves out", "template.yaml",
     "!If [CreatesApiGatewayLogRole, !GetAtt ApiGatewayLogsRole.Arn, !Ref ApiGatewayLogRoleArn]", "!GetAtt ApiGatewayLogsRole.Arn",
     "moto-stack", "ApiGatewayLogsRole"),
    ("a schedule without a queue for lost events", "template.yaml", "DeadLetterConfig: { Arn: !GetAtt DeadLetters.Arn }", "Enabled: true",
     "scheduled", "SweepFunction"),
    ("a dashboard that is not JSON", "alarms.yaml", '{"widgets":[', '{"widgets":', "dashboard", "JSON"),
    ("a function that does not get a changed parameter", "template.yaml", "CodeUri: ../target/lambda/auth",
     'CodeUri: "../target/lambda/auth"', "deployed", "auth"),
    ("WAF that accepts a prefix of the origin secret", "template.yaml", "PositionalConstraint: EXACTLY",
     "PositionalConstraint: STARTS_WITH", "decisions", "whole secret"),
    ("a path to the API that bypasses WAF", "template.yaml", "DisableExecuteApiEndpoint: true", "DisableExecuteApiEndpoint: false", "decisions",
     "DisableExecuteApiEndpoint"),
    ("WAF rules that only count", "template.yaml", "OverrideAction: { None: {} }", "OverrideAction: { Count: {} }", "decisions",
     "OverrideAction"),
    ("a hashing route with the common throttle", "template.yaml", "ThrottlingRateLimit: !Ref AuthThrottleRate",
     "ThrottlingRateLimit: !Ref ThrottleRate", "decisions", "/auth/login"),
    ("execution logs with whole requests", "template.yaml", "LoggingLevel: ERROR", "LoggingLevel: INFO", "decisions", "LoggingLevel"),
    ("cookies that do not reach the API", "site.yaml", "CookieBehavior: all", "CookieBehavior: none", "decisions", "CookieBehavior"),
    ("a page that other pages can frame", "site.yaml", "frame-ancestors 'none'", "frame-ancestors *", "decisions", "frame"),
    ("a bucket that every distribution can read", "site.yaml", "distribution/${Distribution}", "distribution/*", "decisions", "bucket"),
    ("a function with the role of another function", "template.yaml", "Role: !GetAtt AuthRole.Arn", "Role: !GetAtt UsersRole.Arn", "isolation",
     "AuthFunction"),
    ("a role that reads the secrets of every stage", "template.yaml", "secret:codesensei-${Stage}/seed-", "secret:codesensei-*/seed-",
     "isolation", "other stages"),
    ("a function that may call every model", "template.yaml", "Resource: !Ref BedrockModelArns",
     'Resource: "arn:aws:bedrock:*::foundation-model/*"', "isolation", "not configured"),
    ("a canary that watches the old version too", "template.yaml", "{ Name: ExecutedVersion, Value: !GetAtt AuthFunction.Version.Version }",
     '{ Name: Other, Value: "x" }', "isolation", "AuthCanaryErrors"),
    ("an access log with the caller's address", "template.yaml", '{"request_id":', '{"ip":"$context.identity.sourceIp","request_id":',
     "access-log", "identity."),
)  # fmt: skip


def plant(infra, checks):
    """Plants each error and runs its check. Yields the error, the check, its message, and whether it was caught."""
    for what, file, text, instead, name, word in ERRORS:
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "infra"
            shutil.copytree(infra.folder, copy)
            whole = (copy / file).read_text()
            if text not in whole:
                yield what, name, f"{file} does not contain `{text.strip()}`; correct scripts/infra/planted.py", False
                continue
            (copy / file).write_text(whole.replace(text, instead, 1))
            try:
                messages = list(checks[name](Infra(copy, infra.repository)))
            except Exception as error:  # a crash of the check does not count as a catch
                messages, word = [f"the check crashed: {type(error).__name__}: {error}"], None
            caught = [message for message in messages if word and word in message]
            yield what, name, (caught or messages or ["nothing"])[0], bool(caught)
