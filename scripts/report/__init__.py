"""The local services that scripts/check-report runs the report program against."""

REGION, ACCOUNT, TABLE = "us-east-1", "123456789012", "codesensei"
# Seconds until the script gives up on a process that does not answer.
TIMEOUT = 30
