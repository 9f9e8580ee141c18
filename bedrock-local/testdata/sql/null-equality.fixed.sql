SELECT id, name
FROM users
WHERE deleted_at IS NULL
  AND name <> 'root';
