def etag(body)
  Digest::MD5.hexdigest(body)
end
