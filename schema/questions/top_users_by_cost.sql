-- The ten users who cost most from one day to another, both included.
-- Parameters, in order: the first day, the last day. With the same day twice it is AP-80, which asks the live table.
-- What a user cost is what answers cost at the prices that were configured when they came. A deleted account's days are deleted with it.
SELECT
  "user_id",
  sum("requests") AS "answers",
  sum("input_tokens") AS "input_tokens",
  sum("output_tokens") AS "output_tokens",
  sum("cost_micros") AS "cost_micros",
  CAST(sum("cost_micros") AS double) / 1000000 AS "dollars"
FROM codesensei_daily_usage
WHERE "date" BETWEEN CAST(? AS date) AND CAST(? AS date)
GROUP BY "user_id"
ORDER BY "cost_micros" DESC, "user_id"
LIMIT 10
