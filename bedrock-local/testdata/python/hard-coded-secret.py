import smtplib

SMTP_PASSWORD = "tr0ub4dor&3-mail"


def connect(host):
    server = smtplib.SMTP(host)
    server.login("mailer", SMTP_PASSWORD)
    return server
