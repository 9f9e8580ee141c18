export function fullName(user) {
  const name = `${user.first} ${user.last}`;
  return name.trim();
}
