"""Creates the transformed stack in moto, to check that every reference resolves.

moto does not reproduce AWS's behaviour, least of all DynamoDB's. It creates the resources in the order of their
references and resolves each Ref, GetAtt, Sub and If with real values; it does not resolve dynamic references. An SSM
parameter replaces each resource of a type that moto does not know or cannot create as written. The parameter's value
joins every reference of the resource, so moto resolves those too. GetAtt of a stand-in becomes its Ref.

Limits of moto 5.2.1: a RestApi with a body fails (`KeyError: 'Name'`), and so does a deployment ("doesn't contain any
methods"); a version has no attributes; a rule takes no stand-in as its target; outputs of unknown types fail
(`has_cfn_attr`).
"""

import io
import json
import os
import zipfile

from .load import references

# Types that moto knows and cannot create as the template declares them.
NOT_AS_WRITTEN = {
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Deployment",
    "AWS::ApiGateway::Stage",
    "AWS::CloudFormation::Stack",
    "AWS::Events::Rule",
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::Lambda::Permission",
    "AWS::Lambda::EventInvokeConfig",
    "AWS::Route53::RecordSet",
    "AWS::Route53::RecordSetGroup",
}


def create(template, parameters):
    """Creates the stack and returns the numbers of real resources and stand-ins. Raises moto's errors."""
    # The credentials are invalid, so no request can reach an account.
    os.environ.update(AWS_ACCESS_KEY_ID="none", AWS_SECRET_ACCESS_KEY="none", AWS_DEFAULT_REGION="us-east-1")
    import boto3
    from moto import mock_aws
    from moto.cloudformation.parsing import get_model_map

    stand_ins = {
        name
        for name, resource in template["Resources"].items()
        if resource["Type"] in NOT_AS_WRITTEN or resource["Type"] not in get_model_map()
    }
    template = json.loads(json.dumps(template))
    template = _without_attributes_of(template, stand_ins)
    for name in stand_ins:
        resource = template["Resources"][name]
        joined = ["of", resource["Type"], *references(resource.get("Properties", {}))]
        parameter = {"Name": f"stand-in-{name}", "Type": "String", "Value": {"Fn::Join": [" ", joined]}}
        standing = {"Type": "AWS::SSM::Parameter", "Properties": parameter}
        for kept in ("Condition", "DependsOn"):
            if kept in resource:
                standing[kept] = resource[kept]
        template["Resources"][name] = standing
    template.pop("Rules", None)  # moto does not support rules

    with mock_aws():
        s3 = boto3.client("s3")
        s3.create_bucket(Bucket="artifacts")
        code = io.BytesIO()
        with zipfile.ZipFile(code, "w") as archive:
            archive.writestr("bootstrap", "none")
        s3.put_object(Bucket="artifacts", Key="code.zip", Body=code.getvalue())
        cloudformation = boto3.client("cloudformation")
        try:
            cloudformation.create_stack(
                StackName="stack",
                TemplateBody=json.dumps(template),
                Parameters=[{"ParameterKey": name, "ParameterValue": str(value)} for name, value in parameters.items()],
                Capabilities=["CAPABILITY_IAM"],
            )
        except KeyError as missing:
            raise RuntimeError(f"a reference names {missing}, which is neither a parameter nor a resource") from missing
        stack = cloudformation.describe_stacks(StackName="stack")["Stacks"][0]
        if stack["StackStatus"] != "CREATE_COMPLETE":
            raise RuntimeError(f"the stack is {stack['StackStatus']}")
        made = cloudformation.describe_stack_resources(StackName="stack")["StackResources"]
        for output in stack.get("Outputs", []):
            if not output.get("OutputValue"):
                raise RuntimeError(f"output {output['OutputKey']} has no value")
        standing = sum(resource.get("LogicalResourceId") in stand_ins for resource in made)
        return len(made) - standing, standing


def _without_attributes_of(node, stand_ins):
    if isinstance(node, dict):
        target = node.get("Fn::GetAtt")
        if target:
            name = target.split(".")[0] if isinstance(target, str) else target[0]
            if name in stand_ins:
                return {"Ref": name}
        if "Fn::Sub" in node and isinstance(node["Fn::Sub"], str):
            text = node["Fn::Sub"]
            for name in stand_ins:
                start = "${" + name + "."
                while start in text:
                    at = text.index(start)
                    text = text[:at] + "${" + name + "}" + text[text.index("}", at) + 1 :]
            return {"Fn::Sub": text}
        return {key: _without_attributes_of(value, stand_ins) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_attributes_of(value, stand_ins) for value in node]
    return node
