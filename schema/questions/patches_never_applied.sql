-- Answers with a patch that was never applied, newest first.
-- Parameters, in order: the first day, the last day; both are included.
SELECT
  m."session_id",
  m."thread",
  m."seq",
  m."created_at",
  m."patch_status",
  m."model_id",
  coalesce(s."language_override", s."language_detected") AS "language"
FROM codesensei_message AS m
JOIN codesensei_session AS s ON s."session_id" = m."session_id"
WHERE m."patch_status" IS NOT NULL
  AND m."patch_status" <> 'applied'
  AND CAST(m."created_at" AS date) BETWEEN CAST(? AS date) AND CAST(? AS date)
ORDER BY m."created_at" DESC, m."session_id", m."seq"
