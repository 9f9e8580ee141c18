def load_config(path)
  YAML.safe_load_file(path)
rescue StandardError => e
  warn e.message
  {}
end
