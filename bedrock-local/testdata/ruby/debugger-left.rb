def checkout(cart)
  total = cart.total
  binding.pry
  total * 1.19
end
