"""This repository's rules for the API and the site, beyond the linters. Each function is a check and yields problems."""

import json
import re
import shutil
import subprocess

from .load import substituted

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}
# The longest timeout of an integration that does not stream, without a raised quota.
GATEWAY_SECONDS = 29
# The access log must have no identity of a user, and no ids from the path.
PRIVATE = ("identity.", "$context.path", "authorizer", "requestOverride", "$context.domain")


def routes(infra):
    """Methods and paths are valid, and no route is there twice."""
    seen = {}
    for function, name, event in infra.events():
        method, path = event.get("Method"), event.get("Path", "")
        if method not in METHODS:
            yield f"{function}.{name}: Method is {method}; it must be one of {', '.join(sorted(METHODS))}"
        if not re.fullmatch(r"(/([a-z0-9_.-]+|\{[a-z_]+\}))+", path):
            yield f"{function}.{name}: Path {path} is not a valid path"
        if event.get("RestApiId") != {"Ref": "Api"}:
            yield f"{function}.{name}: RestApiId must be !Ref Api; otherwise SAM creates a second API"
        first = seen.setdefault((method, path), f"{function}.{name}")
        if first != f"{function}.{name}":
            yield f"{function}.{name}: {first} already has {method} {path}"


def time_limits(infra):
    """Each time limit exceeds the previous one: program, function, gateway, CloudFront; over 29 s only with STREAM."""
    longest = GATEWAY_SECONDS * 1000
    for function, name, event in infra.events():
        streams = event.get("ResponseTransferMode") == "RESPONSE_STREAM"
        millis = event.get("TimeoutInMillis", GATEWAY_SECONDS * 1000)
        longest = max(longest, millis)
        seconds = infra.functions[function]["Properties"].get("Timeout", infra.template["Globals"]["Function"]["Timeout"])
        if millis > GATEWAY_SECONDS * 1000 and not streams:
            yield (f"{function}.{name}: {millis} ms needs ResponseTransferMode: RESPONSE_STREAM; without it, the gateway "
                   f"waits at most {GATEWAY_SECONDS} s")  # fmt: skip
        if seconds * 1000 >= millis:
            yield f"{function}.{name}: the gateway must wait longer ({millis} ms) than the function's timeout ({seconds} s)"
    for function in infra.functions:
        modes = {event.get("ResponseTransferMode") for f, _, event in infra.events() if f == function}
        if len(modes) > 1:
            yield f"{function}: some routes stream and some do not; a program must do one of the two"
    deadline = infra.template["Parameters"]["AiDeadlineMs"]["MaxValue"]
    if deadline >= 44000:
        yield f"AiDeadlineMs allows {deadline} ms; it must be below the function's timeout of 44,000 ms"
    for origin in _distribution(infra)["Origins"]:
        if origin["Id"] == "api" and origin["CustomOriginConfig"].get("OriginReadTimeout", 30) * 1000 < longest:
            yield f"CloudFront's OriginReadTimeout for the API must be longer than the gateway's timeout ({longest} ms)"


def throttles(infra):
    """Paths of MethodSettings are encoded (/~1auth~1login) and belong to a route."""
    known = {(event["Path"], event["Method"]) for _, _, event in infra.events()}
    for setting in infra.template["Resources"]["Api"]["Properties"]["MethodSettings"]:
        path, method = setting["ResourcePath"], setting["HttpMethod"]
        if setting.get("DataTraceEnabled") is not False:
            yield f"{path} {method}: DataTraceEnabled must be false: it would log bodies, with passwords and code"
        if (path, method) == ("/*", "*"):
            continue
        if "/" in path[1:]:
            yield f"{path} {method}: write slashes after the first as ~1; otherwise the setting matches no route"
        elif (path[1:].replace("~1", "/"), method) not in known:
            yield f"{path} {method}: no route has this path and method"


def gateway_responses(infra):
    """Answers of the gateway and WAF have the programs' error format, codes and statuses, and all headers."""
    source = (infra.repository / "handlers/src/error/code.rs").read_text()
    codes = dict(re.findall(r'= "([A-Z_]+)" ([A-Z_]+)\s', source))
    statuses = {"BAD_REQUEST": 400, "UNAUTHORIZED": 401, "FORBIDDEN": 403, "NOT_FOUND": 404, "METHOD_NOT_ALLOWED": 405, "CONFLICT": 409,
                "PAYLOAD_TOO_LARGE": 413, "TOO_MANY_REQUESTS": 429, "INTERNAL_SERVER_ERROR": 500, "BAD_GATEWAY": 502,
                "SERVICE_UNAVAILABLE": 503, "GATEWAY_TIMEOUT": 504}  # fmt: skip
    responses = infra.template["Resources"]["Api"]["Properties"]["GatewayResponses"]
    wanted = {"access-control-allow-origin", "access-control-allow-credentials", "vary", "cache-control", "strict-transport-security",
              "x-content-type-options", "referrer-policy"}  # fmt: skip
    for needed in ("DEFAULT_4XX", "DEFAULT_5XX", "REQUEST_TOO_LARGE", "THROTTLED", "INTEGRATION_TIMEOUT", "BAD_REQUEST_BODY",
                   "MISSING_AUTHENTICATION_TOKEN", "WAF_FILTERED"):  # fmt: skip
        if needed not in responses:
            yield f"GatewayResponses has no {needed}"
    bodies = []
    for name, response in responses.items():
        headers = response.get("ResponseParameters", {}).get("Headers", {})
        for missing in sorted(wanted - {header.lower() for header in headers}):
            yield f"{name}: header {missing} is missing"
        for header, value in headers.items():
            if not re.fullmatch(r"'[^']+'", substituted(value, {"SiteDomain": "app.example.com"})):
                yield f"{name}: header {header} must be a text in single quotes, without single quotes inside"
        bodies.append((name, response.get("StatusCode"), response["ResponseTemplates"].get("application/json", "")))
    for name, body in infra.template["Resources"]["WebAcl"]["Properties"]["CustomResponseBodies"].items():
        bodies.append((f"WebAcl.{name}", "429", body["Content"]))
    for name, status, body in bodies:
        try:
            # The gateway inserts texts without quoting them.
            answer = json.loads(re.sub(r"\$context\.[A-Za-z.]+", "x1", body))
        except ValueError as error:
            yield f"{name}: the body is not JSON: {error}"
            continue
        error = answer.get("error", {}) if set(answer) == {"error"} else {}
        if not {"code", "message"} <= set(error):
            yield f'{name}: the body must have the form {{"error":{{"code":...,"message":...}}}}'
        elif error["code"] not in codes:
            yield f"{name}: {error['code']} is not a code of handlers/src/error/code.rs"
        elif status and int(status) != statuses[codes[error["code"]]]:
            yield f"{name}: the programs send {error['code']} with {statuses[codes[error['code']]]}, not {status}"


def origin_secret(infra):
    """WAF's first rule refuses requests without one of the two values of the origin secret; headers reach the API."""
    rules = sorted(infra.template["Resources"]["WebAcl"]["Properties"]["Rules"], key=lambda rule: rule["Priority"])
    first = rules[0]
    if first["Name"] != "origin-secret" or "Block" not in first.get("Action", {}):
        yield "the first rule of WAF must block requests without the origin secret"
    text = json.dumps(first)
    prefix = "{{resolve:secretsmanager:codesensei-${Stage}/seed:SecretString:"
    for value in ("origin", "origin_before"):
        if f"{prefix}{value}::${{SeedVersionId}}}}}}" not in text:
            yield f"WAF must accept `{value}` of the seed secret at SeedVersionId"
    origin = next(o for o in _distribution(infra)["Origins"] if o["Id"] == "api")
    sent = {h["HeaderName"]: json.dumps(h["HeaderValue"]) for h in origin.get("OriginCustomHeaders", [])}
    if f"{prefix}origin::${{SeedVersionId}}}}}}" not in sent.get("x-origin-secret", ""):
        yield "CloudFront must send `origin` of the seed secret at SeedVersionId"
    config = infra.site["Resources"]["ApiRequest"]["Properties"]["OriginRequestPolicyConfig"]["HeadersConfig"]
    passed = {header.lower() for header in config["Headers"]}
    for header in ("cloudfront-viewer-address", "x-viewer-address"):
        if header not in passed:
            yield f"{header} does not reach the API"
    for header in sorted(passed & {"host", "authorization"}):
        yield f"this policy cannot pass on {header}"
    if len(passed) > 10:
        yield f"{len(passed)} headers are passed on; a policy takes at most 10"
    for rule in rules:
        rate = rule["Statement"].get("RateBasedStatement")
        if rate and rate.get("ForwardedIPConfig", {}).get("HeaderName", "").lower() != "x-viewer-address":
            yield f"{rule['Name']} must count by the viewer's address"
    site = infra.template["Resources"]["Site"]
    if "WebAcl" not in site.get("DependsOn", []):
        yield "Site must depend on WebAcl: WAF has to accept a new secret before CloudFront sends it"


def edge(infra):
    """CloudFront caches no error and replaces no answer of the API, and its functions return the expected requests."""
    for response in _distribution(infra).get("CustomErrorResponses", []):
        if set(response) != {"ErrorCode", "ErrorCachingMinTTL"} or response["ErrorCachingMinTTL"] != 0:
            yield f"the custom error response for {response['ErrorCode']} applies to the API too; it may only set ErrorCachingMinTTL: 0"
    api = next(b for b in _distribution(infra)["CacheBehaviors"] if b["PathPattern"] == "/api/*")
    if api["CachePolicyId"] != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad":
        yield "/api/* must not be cached (the policy CachingDisabled)"
    if set(api["AllowedMethods"]) != METHODS | {"HEAD", "OPTIONS"}:
        yield "/api/* must allow all methods"
    if not shutil.which("node"):
        yield "node is missing: install it to run CloudFront's functions"
        return
    cases = [
        ("PageFunction", {"uri": "/sessions/42"}, "uri", "/index.html"),
        ("PageFunction", {"uri": "/"}, "uri", "/index.html"),
        ("PageFunction", {"uri": "/a.b/c"}, "uri", "/index.html"),
        ("PageFunction", {"uri": "/favicon.ico"}, "uri", "/favicon.ico"),
        ("ApiFunction", {"uri": "/api/health", "headers": {"x-viewer-address": {"value": "6.6.6.6"}}}, "headers",
         {"x-viewer-address": {"value": "192.0.2.1"}}),
        ("ApiFunction", {"uri": "/api/health", "headers": {}}, "uri", "/api/health"),
    ]
    # The network of an IPv6 address, in the form of the programs' limits.
    networks = {"192.0.2.1": "192.0.2.1", "2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "2001:db8::1": "2001:db8:0:0::", "::1": "0:0:0:0::"}
    for address, counted in networks.items():
        cases.append(("ApiFunction", {"uri": "/", "headers": {}}, "headers", {"x-viewer-address": {"value": counted}}, address))  # fmt: skip
    for name, request, key, wanted, *address in cases:
        code = infra.site["Resources"][name]["Properties"]["FunctionCode"]
        event = json.dumps({"request": request, "viewer": {"ip": (address or ["192.0.2.1"])[0]}})
        run = subprocess.run(["node", "-e", f"{code}\nconsole.log(JSON.stringify(handler({event})))"], capture_output=True, text=True)
        if run.returncode:
            yield f"{name} fails: {run.stderr.strip().splitlines()[-1] if run.stderr.strip() else run.returncode}"
        elif json.loads(run.stdout).get(key) != wanted:
            yield f"{name}: {request} becomes {run.stdout.strip()}"


def access_log(infra):
    """A line of the access log is JSON, and has no data of the person and no ids."""
    text = infra.template["Resources"]["Api"]["Properties"]["AccessLogSetting"]["Format"]
    try:
        json.loads(text)
    except ValueError as error:
        yield f"the format is not JSON: {error}"
    for word in PRIVATE:
        if word in text:
            yield f"the format has {word}; remove it"
    if "$context.requestId" not in text:
        yield "the format lacks $context.requestId, which API Gateway requires"


CHECKS = {
    check.__name__.replace("_", "-"): check
    for check in (
        routes, time_limits, throttles, gateway_responses, origin_secret, edge, access_log,
    )  # fmt: skip
}


def _distribution(infra):
    return infra.site["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
