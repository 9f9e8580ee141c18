#include <stdbool.h>

int count_open(const struct door *doors, int length)
{
    int open = 0;
    for (int i = 0; i < length; i++) {
        if (doors[i].open == true) {
            open++;
        }
    }
    return open;
}
