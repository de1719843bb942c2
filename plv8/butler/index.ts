/** Every PL/v8 routine of the schema butler; an export's name is the SQL function's. */
export * from './routines/camera.ts';
export * from './routines/chains.ts';
export * from './routines/collections.ts';
export * from './routines/data_ids.ts';
export * from './routines/dataset_types.ts';
export * from './routines/datasets.ts';
export * from './routines/dimensions.ts';
export * from './routines/headers.ts';
export * from './routines/queries.ts';
export * from './routines/records.ts';
export * from './routines/registry.ts';
export * from './routines/removal.ts';
export * from './routines/skypix.ts';
export * from './routines/visits.ts';
export * from './routines/where.ts';
