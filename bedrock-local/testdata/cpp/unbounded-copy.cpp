#include <cstring>

void Session::rename(const char* name)
{
    std::strcpy(name_, name);
}
