import pdb


def settle(invoice):
    amount = invoice.total()
    return invoice.pay(amount)
