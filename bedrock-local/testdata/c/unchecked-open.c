#include <stdio.h>

int first_byte(const char *path)
{
    FILE *file = fopen(path, "rb");
    int byte = fgetc(file);
    fclose(file);
    return byte;
}
