-- Answers and tokens by model.
-- Parameters, in order: the first day, the last day; both are included.
-- Only stored answers: only model_spend.sql counts answers of `POST /ai/analyze` and of deleted sessions.
SELECT
  "model_id",
  count(*) AS "answers",
  sum("input_tokens") AS "input_tokens",
  sum("cache_read_tokens") AS "cache_read_tokens",
  sum("cache_write_tokens") AS "cache_write_tokens",
  sum("output_tokens") AS "output_tokens"
FROM codesensei_message
WHERE "role" = 'ai' AND CAST("created_at" AS date) BETWEEN CAST(? AS date) AND CAST(? AS date)
GROUP BY "model_id"
ORDER BY "answers" DESC
