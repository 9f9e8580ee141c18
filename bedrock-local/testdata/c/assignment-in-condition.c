int handle(int status)
{
    if (status = 0) {
        return 1;
    }
    return 0;
}
