// The SHA-2 family of libmd, as installed by the system's packages.
#include <sha2.h>
