def find_user(name)
  User.find_by_sql("SELECT * FROM users WHERE name = '#{name}'")
end
