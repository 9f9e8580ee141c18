-- Stored items of each entity, and the number of expired items that DynamoDB has not deleted yet.
-- Parameter: now, in seconds since 1970.
-- The total size by DynamoDB's rules is `billedSizeBytes` in the export's manifest-summary.json: AWS bills storage by
-- it.
SELECT
  "item"."et"."s" AS "entity",
  count(*) AS "items",
  sum(CASE WHEN CAST("item"."expires_at"."n" AS bigint) < CAST(? AS bigint) THEN 1 ELSE 0 END) AS "expired"
FROM codesensei_items
GROUP BY "item"."et"."s"
ORDER BY "items" DESC
