def greet(user)
  unless user.guest?
    "Hello #{user.name}"
  else
    'Hello'
  end
end
