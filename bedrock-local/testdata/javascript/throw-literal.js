export function withdraw(account, amount) {
  if (amount > account.balance) {
    throw 'insufficient funds';
  }
  account.balance -= amount;
}
