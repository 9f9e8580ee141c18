-- The ten users with the highest costs in a range of days, both ends included.
-- Parameters, in order: the first day, the last day. With the same day twice, it equals AP-80 on the live table.
-- The cost of a user is the sum of the costs of answers, at the prices that were configured at that time. Deleting an
-- account deletes its days.
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
