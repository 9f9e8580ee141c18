export function createUser(name, email, age, street, city, country, phone) {
  return { name, email, age, address: { street, city, country }, phone };
}
