/**
 * Property tests take the same random examples on every run, so that a change's tests say something of the change.
 * ALMAGEST_SEED=NUMBER takes others: worth a run now and then, and after every change of geometry or of a parser.
 */
import fc from 'fast-check';

fc.configureGlobal({ seed: Number(process.env.ALMAGEST_SEED ?? 20261121) });
