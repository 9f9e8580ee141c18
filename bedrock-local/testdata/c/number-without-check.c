#include <stdlib.h>

int port_of(const char *text)
{
    return atoi(text);
}
