SELECT id, name
FROM users
LIMIT 10;
