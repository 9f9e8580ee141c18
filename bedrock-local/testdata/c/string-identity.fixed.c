#include <string.h>

int is_root(const char *user)
{
    if (strcmp(user, "root") == 0) {
        return 1;
    }
    return 0;
}
