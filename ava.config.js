import { availableParallelism } from 'node:os';

export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  require: ['./test/support/seed.ts'],
  workerThreads: false,
  // The tests of one file run at once, each with sessions of its own: more files would not fit the server.
  concurrency: Math.min(4, availableParallelism()),
  timeout: '10m',
};
