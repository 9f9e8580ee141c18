#include <stdio.h>

void label(char *out, int id)
{
    char text[16];
    sprintf(text, "item-%d", id);
    sprintf(out, "%s", text);
}
