def report(orders)
  started = Time.now
  lines = orders.map(&:summary)
  lines.join("\n")
end
