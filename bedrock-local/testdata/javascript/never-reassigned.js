export function fullName(user) {
  let name = `${user.first} ${user.last}`;
  return name.trim();
}
