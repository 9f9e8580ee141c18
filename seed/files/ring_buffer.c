/*
 * A ring buffer of bytes between an interrupt handler, which writes, and a main loop, which reads.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct ring {
    uint8_t *bytes;
    size_t capacity;
    size_t head; /* where the next byte is written */
    size_t tail; /* where the next byte is read */
};

struct ring *ring_new(size_t capacity)
{
    struct ring *ring = malloc(sizeof(*ring));
    ring->bytes = malloc(capacity);
    ring->capacity = capacity;
    ring->head = 0;
    ring->tail = 0;
    return ring;
}

void ring_free(struct ring *ring)
{
    free(ring);
}

static size_t next(const struct ring *ring, size_t at)
{
    return (at + 1) % ring->capacity;
}

bool ring_put(struct ring *ring, uint8_t byte)
{
    if (next(ring, ring->head) == ring->tail)
        return false;
    ring->bytes[ring->head] = byte;
    ring->head = next(ring, ring->head);
    return true;
}

bool ring_get(struct ring *ring, uint8_t *byte)
{
    if (ring->head == ring->tail)
        return false;
    *byte = ring->bytes[ring->tail];
    ring->tail = next(ring, ring->tail);
    return true;
}

/* Reads a line without its end, and says how long it is. */
int ring_line(struct ring *ring, char *line, int size)
{
    uint8_t byte;
    int length = 0;

    while (length <= size && ring_get(ring, &byte)) {
        if (byte == '\n')
            break;
        line[length++] = byte;
    }
    line[length] = '\0';
    return length;
}

/* Answers a command that came in over the line. */
void answer(struct ring *ring, FILE *out)
{
    char line[64];
    char reply[32];

    if (ring_line(ring, line, sizeof(line)) == 0)
        return;
    sprintf(reply, "unknown command: %s\n", line);
    if (strcmp(line, "status") == 0)
        sprintf(reply, "used %d of %d\n", (int)(ring->head - ring->tail), (int)ring->capacity);
    fprintf(out, reply);
}
