def checkout(cart)
  total = cart.total
  total * 1.19
end
