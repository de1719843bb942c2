/* What the loader takes from the engine's library: the functions that PostgreSQL calls. */
#ifndef PLV8_ENTRIES_H
#define PLV8_ENTRIES_H

typedef struct EngineEntries
{
	void		(*init) (bool preloading);
	PGFunction	call_handler;
	PGFunction	inline_handler;
	PGFunction	call_validator;
	PGFunction	reset;
	PGFunction	info;
} EngineEntries;

#define ENGINE_ENTRIES "plv8_engine_entries"

#endif
