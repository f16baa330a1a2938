#ifndef ALLOCATIONS_H
#define ALLOCATIONS_H

#include <stddef.h>

/// How often the calling thread has asked for memory from the heap, in a program that this library is linked into.
size_t basin_allocations(void);

#endif
