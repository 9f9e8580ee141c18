def withdraw(account, amount):
    assert amount > 0, "amount must be positive"
    account.balance -= amount
