/*
 * The library that PostgreSQL loads. It loads the engine in turn, in a way that PostgreSQL offers no choice of:
 * bound to its own libraries first. libnode has 56,000 references to resolve; looked for in the whole server
 * first, as PostgreSQL would have it, they take 40 ms and more of a session's first call.
 */
#include "postgres.h"

#include <dlfcn.h>

#include "fmgr.h"
#include "miscadmin.h"

#include "entries.h"

PG_MODULE_MAGIC;

void		_PG_init(void);

PG_FUNCTION_INFO_V1(plv8_call_handler);
PG_FUNCTION_INFO_V1(plv8_inline_handler);
PG_FUNCTION_INFO_V1(plv8_call_validator);
PG_FUNCTION_INFO_V1(plv8_reset);
PG_FUNCTION_INFO_V1(plv8_info);

static const EngineEntries *engine;

void
_PG_init(void)
{
	Dl_info		self;
	char		path[MAXPGPATH];
	void	   *library;

	if (!dladdr((void *) _PG_init, &self))
		elog(ERROR, "could not find the directory of plv8");
	strlcpy(path, self.dli_fname, sizeof(path));
	get_parent_directory(path);
	strlcat(path, "/plv8/engine.so", sizeof(path));

	library = dlopen(path, RTLD_LAZY | RTLD_LOCAL | RTLD_DEEPBIND);
	if (library == NULL)
		ereport(ERROR, (errcode_for_file_access(), errmsg("could not load the JavaScript engine: %s", dlerror())));
	engine = (const EngineEntries *) dlsym(library, ENGINE_ENTRIES);
	if (engine == NULL)
		elog(ERROR, "library \"%s\" is no JavaScript engine", path);
	engine->init(process_shared_preload_libraries_in_progress);
}

Datum
plv8_call_handler(PG_FUNCTION_ARGS)
{
	return engine->call_handler(fcinfo);
}

Datum
plv8_inline_handler(PG_FUNCTION_ARGS)
{
	return engine->inline_handler(fcinfo);
}

Datum
plv8_call_validator(PG_FUNCTION_ARGS)
{
	return engine->call_validator(fcinfo);
}

Datum
plv8_reset(PG_FUNCTION_ARGS)
{
	return engine->reset(fcinfo);
}

Datum
plv8_info(PG_FUNCTION_ARGS)
{
	return engine->info(fcinfo);
}
