# Sums the prices of a cart; "== nil" in a comment is only a comment.
class Cart
  MESSAGE = <<~TEXT
    rescue Exception => e
    unless this is code
  TEXT

  def initialize(items)
    @items = items
  end

  def total
    priced = @items.reject { |item| item.price.nil? }
    priced.sum { |item| item.price * item.count }
  rescue TypeError => e
    raise ArgumentError, "bad cart: #{e.message}"
  end
end
