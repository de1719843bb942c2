#!/usr/bin/env node
/** Starts the command line. What was compiled once is kept: it makes up most of the time a short command takes. */
import { enableCompileCache } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'almagest'));
await import('./program.ts');
