def port(text)
  Integer(text) rescue 8080
end
