// The C interfaces of OpenBLAS (BLAS) and LAPACKE (LAPACK), as installed by the system's packages.
#include <cblas.h>
#include <lapacke.h>
