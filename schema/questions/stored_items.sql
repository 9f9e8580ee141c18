-- How many items of each entity are stored, and how many of them have expired and wait to be deleted.
-- Parameter: now, in seconds since 1970.
-- What they weigh together, as DynamoDB counts it, is `billedSizeBytes` of the export's manifest-summary.json: storage is billed by it.
SELECT
  "item"."et"."s" AS "entity",
  count(*) AS "items",
  sum(CASE WHEN CAST("item"."expires_at"."n" AS bigint) < CAST(? AS bigint) THEN 1 ELSE 0 END) AS "expired"
FROM codesensei_items
GROUP BY "item"."et"."s"
ORDER BY "items" DESC
