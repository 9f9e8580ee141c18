#include <stdio.h>

void label(char *out, int id)
{
    char text[16];
    snprintf(text, sizeof(text), "item-%d", id);
    sprintf(out, "%s", text);
}
