/** Every PL/v8 routine of the schema obscore; an export's name is the SQL function's. */
export * from './routines/config.ts';
export * from './routines/footprints.ts';
export * from './routines/format.ts';
export * from './routines/lifecycle.ts';
export * from './routines/members.ts';
export * from './routines/publish.ts';
export * from './routines/select.ts';
export * from './routines/siav2.ts';
export * from './routines/triggers.ts';
