int parse(const char *text)
{
    if (!text) {
        return -1;
        report(text);
    }
    return scan(text);
}
