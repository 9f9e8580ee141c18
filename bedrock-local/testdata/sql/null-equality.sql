SELECT id, name
FROM users
WHERE deleted_at = NULL
  AND name <> 'root';
