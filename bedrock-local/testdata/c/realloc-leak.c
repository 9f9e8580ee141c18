#include <stdlib.h>

int grow(size_t size)
{
    buffer = realloc(buffer, size);
    return buffer != NULL;
}
