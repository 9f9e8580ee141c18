#include <string.h>

int spaces(const char *text)
{
    int found = 0;
    for (size_t i = 0; i <= strlen(text); i++) {
        found += text[i] == ' ';
    }
    return found;
}
