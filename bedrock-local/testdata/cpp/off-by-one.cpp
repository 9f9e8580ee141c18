long sum(const std::vector<int>& values)
{
    long total = 0;
    for (std::size_t i = 0; i <= values.size(); ++i) {
        total += values[i];
    }
    return total;
}
