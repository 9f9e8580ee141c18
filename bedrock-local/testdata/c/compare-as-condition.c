#include <string.h>

int is_admin(const char *role)
{
    if (strcmp(role, "admin")) {
        return 1;
    }
    return 0;
}
