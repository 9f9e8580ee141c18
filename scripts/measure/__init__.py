"""The local services that scripts/measure-functions runs the Lambda programs against."""

# Seconds until the script gives up on a program that does not answer.
TIMEOUT = 60
