export function greet(user) {
  var name = user.name.trim();
  return 'Hello ' + name;
}
