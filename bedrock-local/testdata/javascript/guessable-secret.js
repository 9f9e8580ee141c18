export function resetLink(user) {
  const resetToken = Math.random().toString(36).slice(2);
  user.resetToken = resetToken;
  return `/reset?with=${resetToken}`;
}
