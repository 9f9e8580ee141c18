export function login(user) {
  const session = createSession(user);
  console.log('session', session);
  return session.id;
}
