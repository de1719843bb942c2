/** Every PL/v8 routine of the schema sky; an export's name is the SQL function's. */
export * from './routines/pixelization.ts';
export * from './routines/position.ts';
export * from './routines/region.ts';
