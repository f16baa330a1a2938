#ifndef BASIN_VECTORS_H
#define BASIN_VECTORS_H

// Fused multiply-adds of whole vectors. Swift's own are written number by number, and whether the optimiser puts them
// together again depends on what stands around them.

typedef double BasinDouble8 __attribute__((ext_vector_type(8)));

static inline __attribute__((always_inline)) BasinDouble8 basin_fused(BasinDouble8 a, BasinDouble8 b, BasinDouble8 c) {
  return __builtin_elementwise_fma(a, b, c);
}

#endif
