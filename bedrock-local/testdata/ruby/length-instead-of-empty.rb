def summary(names)
  return 'nobody' if names.length == 0

  names.join(', ')
end
