#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Copies a line; strcpy( in a comment is only a comment. */
static char *copy_line(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        return NULL;
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

int count_lines(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file) {
        return -1;
    }
    int lines = 0;
    int c;
    while ((c = fgetc(file)) != EOF) {
        if (c == '\n') {
            lines++;
        }
    }
    fclose(file);
    return lines;
}
