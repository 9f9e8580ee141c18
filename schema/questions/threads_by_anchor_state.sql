-- Threads by the state of their anchor: whether the selected code still exists at the thread's position.
-- Parameters, in order: the first and the last day of the threads' creation; both are included.
SELECT
  t."kind",
  a."status",
  count(*) AS "threads",
  count(DISTINCT t."session_id") AS "sessions"
FROM codesensei_thread AS t
JOIN codesensei_anchors_threads AS a ON a."session_id" = t."session_id" AND a."thread" = t."thread"
WHERE CAST(t."created_at" AS date) BETWEEN CAST(? AS date) AND CAST(? AS date)
GROUP BY t."kind", a."status"
ORDER BY t."kind", a."status"
