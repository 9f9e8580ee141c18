int sum(const Reader& reader, int count)
{
    int* values = new int[count];
    reader.read(values, count);
    const int total = std::accumulate(values, values + count, 0);
    delete[] values;
    return total;
}
