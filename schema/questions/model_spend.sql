-- Costs of the model by month, with the sum of all months in the last row.
-- Parameters, in order: the first day, the last day; both are included.
-- The sum of the costs of answers, at the prices that were configured at that time, for accounts that still exist.
-- Amazon's bill for Bedrock is in the Cost and Usage Report: see bill.sql.
SELECT
  date_trunc('month', "date") AS "month",
  count(DISTINCT "user_id") AS "users",
  sum("requests") AS "answers",
  sum("input_tokens") AS "input_tokens",
  sum("cache_read_tokens") AS "cache_read_tokens",
  sum("cache_write_tokens") AS "cache_write_tokens",
  sum("output_tokens") AS "output_tokens",
  sum("cost_micros") AS "cost_micros",
  CAST(sum("cost_micros") AS double) / 1000000 AS "dollars"
FROM codesensei_daily_usage
WHERE "date" BETWEEN CAST(? AS date) AND CAST(? AS date)
GROUP BY ROLLUP (date_trunc('month', "date"))
ORDER BY "month" NULLS LAST
