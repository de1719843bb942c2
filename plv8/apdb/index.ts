/** Every PL/v8 routine of the schema apdb; an export's name is the SQL function's. */
export * from './routines/associate.ts';
export * from './routines/changes.ts';
export * from './routines/check.ts';
export * from './routines/lifecycle.ts';
export * from './routines/metadata.ts';
export * from './routines/read.ts';
export * from './routines/store.ts';
