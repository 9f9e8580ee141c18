#include <stdio.h>

void log_line(const char *message)
{
    printf("%s", message);
}
