-- Costs of DynamoDB and Bedrock by month and kind of use. Only for Athena.
-- Parameters, in order: the first day, the last day; both are included.
-- The table does not record the costs of its reads and writes, so this queries the Cost and Usage Report (CUR 2.0 of
-- AWS Data Exports). Set the report up once, and replace cur2 with its table. Capacity is the usage types with
-- ReadRequestUnits or WriteRequestUnits; the rest is storage, backups and exports. For costs by pattern, use
-- CloudWatch's ConsumedReadCapacityUnits and ConsumedWriteCapacityUnits of the table, and the capacity in the log line
-- of every request.
SELECT
  date_trunc('month', "line_item_usage_start_date") AS "month",
  "line_item_product_code" AS "service",
  CASE
    WHEN "line_item_usage_type" LIKE '%ReadRequestUnits%' THEN 'reading'
    WHEN "line_item_usage_type" LIKE '%WriteRequestUnits%' THEN 'writing'
    ELSE "line_item_usage_type"
  END AS "for",
  sum("line_item_usage_amount") AS "units",
  sum("line_item_unblended_cost") AS "dollars"
FROM cur2
WHERE "line_item_product_code" IN ('AmazonDynamoDB', 'AmazonBedrock')
  AND CAST("line_item_usage_start_date" AS date) BETWEEN CAST(? AS date) AND CAST(? AS date)
GROUP BY 1, 2, 3
ORDER BY "month", "service", "dollars" DESC
