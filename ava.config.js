export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  require: ['./test/support/seed.ts'],
  workerThreads: false,
  timeout: '10m',
};
