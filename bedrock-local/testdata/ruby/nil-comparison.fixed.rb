def display_name(user)
  return user.name if user.nickname.nil?

  user.nickname
end
