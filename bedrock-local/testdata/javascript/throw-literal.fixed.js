export function withdraw(account, amount) {
  if (amount > account.balance) {
    throw new Error('insufficient funds');
  }
  account.balance -= amount;
}
