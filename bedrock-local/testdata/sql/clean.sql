-- Orders of this month; SELECT * in a comment is only a comment.
SELECT o.id, o.created_at, c.name
FROM orders AS o
JOIN customers AS c ON c.id = o.customer_id
WHERE o.created_at >= date_trunc('month', now())
  AND c.deleted_at IS NULL
  AND c.name <> 'DELETE FROM users'
ORDER BY o.created_at DESC
LIMIT 50;

UPDATE orders
SET shipped_at = now(), note = NULL
WHERE id = 7;

CREATE TABLE prices (
  id BIGINT PRIMARY KEY,
  price DECIMAL(12, 2) NOT NULL
);
