export function login(user) {
  const session = createSession(user);
  return session.id;
}
