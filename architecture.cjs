/**
 * Who may import whom, one line a lib, in the order data takes. Every lib may also import `kernel`.
 * .dependency-cruiser.cjs turns this into errors; test/architecture checks database grants against it.
 */
module.exports = {
  libs: {
    kernel: [],
    keys: ['kernel'],
    database: ['kernel'],
    services: ['kernel'],
    runs: ['kernel', 'keys', 'database'],
    access: ['kernel', 'keys', 'database'],
    feeds: ['kernel', 'keys', 'database'],
    population: ['kernel', 'feeds'],
    linkage: ['kernel', 'database', 'feeds'],
    staging: ['kernel', 'keys', 'database', 'runs', 'feeds'],
    watch: ['kernel', 'keys', 'database', 'runs', 'feeds', 'staging'],
    exchange: ['kernel', 'keys', 'database', 'runs', 'access', 'feeds', 'staging'],
    reconcile: ['kernel', 'keys', 'database', 'runs', 'feeds', 'staging'],
    registry: ['kernel', 'keys', 'database', 'runs', 'feeds', 'reconcile'],
    sharing: ['kernel', 'keys', 'database', 'runs', 'access', 'registry'],
  },
  /** Apps use any front door and never one another. */
  apps: ['gateway', 'worker', 'cli'],
  /** BullMQ and HTTP stay out of libs, but for these folders. */
  bullmq: ['libs/runs/src/queue'],
};
