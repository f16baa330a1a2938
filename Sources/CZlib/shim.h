// zlib, as installed by the system's packages.
#include <zlib.h>
