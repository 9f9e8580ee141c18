"""SNS, SQS and CloudWatch for the report program, by moto."""

import datetime
import json
import logging
import sys

from . import REGION, TABLE
from .listener import Listener


def client(service, endpoint, key="local"):
    """A boto3 client of a service on this machine."""
    import boto3

    return boto3.client(service, endpoint_url=endpoint, region_name=REGION, aws_access_key_id=key, aws_secret_access_key="local")


class Services:
    """moto's server in this process, with a topic, a subscribed queue, and CloudWatch in the program's protocol."""

    def __init__(self):
        from moto.server import ThreadedMotoServer

        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # moto logs each request otherwise
        self.server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        self.server.start()
        host, port = self.server.get_host_and_port()
        endpoint = f"http://{host}:{port}"
        self.sns, self.sqs, self.cloudwatch = (client(name, endpoint) for name in ("sns", "sqs", "cloudwatch"))
        self.queue = self.sqs.create_queue(QueueName="mailbox")["QueueUrl"]
        self.topic = self.subscribe("reports")
        self.requests, self.refusal = [], None
        self.translator = Listener({"POST": self.answer_cloudwatch})
        self.variables = {"AWS_ENDPOINT_URL_SNS": endpoint, "AWS_ENDPOINT_URL_CLOUDWATCH": f"http://{self.translator.address}"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.translator.stop()
        self.server.stop()

    def subscribe(self, name):
        """Creates a topic, and subscribes the queue to it."""
        topic = self.sns.create_topic(Name=name)["TopicArn"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]
        self.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=attributes["QueueArn"])
        return topic

    def answer_cloudwatch(self, path, body):
        """Translates a request in CBOR for moto, and records it. With `refusal`, refuses it as IAM does."""
        import botocore.exceptions
        import cbor2

        request = cbor2.loads(body)
        self.requests.append(request)
        if self.refusal or not path.endswith("/operation/GetMetricData"):
            status, answer = 403, {"__type": "AccessDeniedException", "message": self.refusal or f"not authorized to call {path}"}
        else:
            try:
                status, answer = 200, {"MetricDataResults": self.cloudwatch.get_metric_data(**request)["MetricDataResults"]}
            except botocore.exceptions.ClientError as error:
                status, answer = 400, {"__type": error.response["Error"]["Code"], "message": error.response["Error"]["Message"]}
        headers = {"Content-Type": "application/cbor", "Smithy-Protocol": "rpc-v2-cbor"}
        return status, cbor2.dumps(answer, datetime_as_timestamp=True), headers

    def put_units(self, day, kind, indexes):
        """Writes units of the table and its indexes on a day, and others that must not count. Returns the expected sum."""
        start = datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00")
        end = start + datetime.timedelta(days=1)
        minute = datetime.timedelta(minutes=1)
        own = {"TableName": TABLE}
        factor = 1 if kind == "Read" else 3
        counted = [(own, start, 6_000_007), (own, start + 754 * minute, 20_000.5), (own, end - minute, 500_000.5)]
        others = [(own, start - minute, 7_000_000), (own, end, 8_000_000), ({"TableName": "another"}, start, 13_000_000),
                  ({**own, "Operation": "Query"}, start, 17_000_000),
                  ({**own, "GlobalSecondaryIndexName": "another"}, start, 19_000_000)]  # fmt: skip
        for index in indexes:
            of_index = {**own, "GlobalSecondaryIndexName": index}
            counted += [(of_index, start, 2_300_000), (of_index, end - minute, 40_002)]
            others += [(of_index, start - minute, 9_000_000), (of_index, end, 11_000_000)]
        for dimensions, at, units in counted + others:
            self.cloudwatch.put_metric_data(Namespace="AWS/DynamoDB", MetricData=[{
                "MetricName": f"Consumed{kind}CapacityUnits", "Timestamp": at, "Value": units * factor, "Unit": "Count",
                "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items()]}])  # fmt: skip
        return int(factor * sum(units for _, _, units in counted))

    def pending_messages(self):
        """The unread messages of the queue."""
        return self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10).get("Messages", [])

    def take_message(self):
        """Removes the only message from the queue and returns it."""
        messages = self.pending_messages()
        if len(messages) != 1:
            sys.exit(f"The queue must have one message, but it has {len(messages)}: {messages}")
        self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=messages[0]["ReceiptHandle"])
        return json.loads(messages[0]["Body"])
