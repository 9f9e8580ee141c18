export function findByName(db, name) {
  return db.query("SELECT id, name FROM users WHERE name = '" + name + "'");
}
