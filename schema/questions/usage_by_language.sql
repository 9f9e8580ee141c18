-- Usage by language: sessions, users, answers and their tokens.
-- Parameters, in order: the first day, the last day; both are included.
-- The language of a session is its owner's choice, or else the detected language.
-- Costs are known only by user and day: see top_users_by_cost.sql.
SELECT
  coalesce(s."language_override", s."language_detected") AS "language",
  count(DISTINCT s."session_id") AS "sessions",
  count(DISTINCT s."user_id") AS "users",
  count(*) AS "answers",
  sum(m."input_tokens") AS "input_tokens",
  sum(m."output_tokens") AS "output_tokens"
FROM codesensei_message AS m
JOIN codesensei_session AS s ON s."session_id" = m."session_id"
WHERE m."role" = 'ai' AND CAST(m."created_at" AS date) BETWEEN CAST(? AS date) AND CAST(? AS date)
GROUP BY coalesce(s."language_override", s."language_detected")
ORDER BY "answers" DESC, "language"
