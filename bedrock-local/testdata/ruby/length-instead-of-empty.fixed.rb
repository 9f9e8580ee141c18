def summary(names)
  return 'nobody' if names.empty?

  names.join(', ')
end
