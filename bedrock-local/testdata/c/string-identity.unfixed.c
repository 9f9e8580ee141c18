int is_root(const char *user)
{
    if (user == "root") {
        return 1;
    }
    return 0;
}
