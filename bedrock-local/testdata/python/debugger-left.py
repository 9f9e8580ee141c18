import pdb


def settle(invoice):
    amount = invoice.total()
    pdb.set_trace()
    return invoice.pay(amount)
