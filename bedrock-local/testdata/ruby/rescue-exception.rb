def load_config(path)
  YAML.safe_load_file(path)
rescue Exception => e
  warn e.message
  {}
end
