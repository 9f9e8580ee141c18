#include <stdlib.h>

void fill(struct list *list, size_t count)
{
    list->items = malloc(count * sizeof(*list->items));
    list->items[0] = 1;
    list->count = count;
}
