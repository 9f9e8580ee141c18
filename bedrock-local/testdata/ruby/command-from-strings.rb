def archive(folder)
  system("tar czf backup.tgz #{folder}")
end
