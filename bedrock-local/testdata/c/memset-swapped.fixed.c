#include <string.h>

void reset(struct state *state)
{
    memset(state, 0, sizeof(*state));
}
