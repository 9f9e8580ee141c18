-- Daily costs of one user: AP-65 on an export.
-- Parameters, in order: the user's id, the first day, the last day; both are included.
SELECT
  "date",
  "requests",
  "input_tokens",
  "cache_read_tokens",
  "cache_write_tokens",
  "output_tokens",
  "cost_micros"
FROM codesensei_daily_usage
WHERE "user_id" = ? AND "date" BETWEEN CAST(? AS date) AND CAST(? AS date)
ORDER BY "date"
