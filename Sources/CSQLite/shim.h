// SQLite, as installed by the system's packages.
#include <sqlite3.h>

// Swift sees neither macros that cast nor variadic functions.

// Makes SQLite copy a bound text or blob before the call returns.
static inline sqlite3_destructor_type csqlite_transient(void) { return SQLITE_TRANSIENT; }

// Switches one of a connection's SQLITE_DBCONFIG_… flags.
static inline int csqlite_configure(sqlite3 *connection, int flag, int value) {
  return sqlite3_db_config(connection, flag, value, (int *)0);
}
