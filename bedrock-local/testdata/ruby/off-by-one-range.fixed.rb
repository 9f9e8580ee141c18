def pairs(list)
  (0...list.length).map { |i| [i, list[i]] }
end
