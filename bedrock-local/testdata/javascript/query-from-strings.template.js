export function remove(db, id) {
  return db.query(`DELETE FROM users WHERE id = ${id}`);
}
