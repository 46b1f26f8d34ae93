/** architecture.cjs as errors: who may import whom, front doors only, BullMQ and HTTP in their places. */
const { libs, apps, bullmq } = require('./architecture.cjs');

const anyOf = (names) => `(${names.join('|')})`;

/** Each lib sees the libs it is allowed and itself. */
const arrows = Object.entries(libs).map(([lib, allowed]) => ({
  name: `${lib}-imports-what-it-may`,
  comment: `${lib} may import ${[...new Set(['kernel', ...allowed])].join(', ')}.`,
  severity: 'error',
  from: { path: `^libs/${lib}/` },
  to: { path: '^(libs|apps)/', pathNot: `^libs/${anyOf([lib, 'kernel', ...allowed])}/` },
}));

module.exports = {
  forbidden: [
    ...arrows,
    {
      name: 'front-doors-only',
      comment: 'A lib is entered by src/index.ts; runs has a second door for the queues.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/([^/]+)/src/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$', '^libs/runs/src/queue/index\\.ts$'] },
    },
    {
      name: 'front-doors-only-apps',
      comment: 'An app enters a lib by src/index.ts.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/runs/src/queue/index\\.ts$'] },
    },
    ...apps.map((app) => ({
      name: `${app}-imports-no-other-app`,
      comment: 'Apps never use one another.',
      severity: 'error',
      from: { path: `^apps/${app}/` },
      to: { path: '^apps/', pathNot: `^apps/${app}/` },
    })),
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      // Entities name each other through Relation<>, as types only.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'bullmq-in-its-place',
      comment: 'Libs know no BullMQ, but for the queues of runs.',
      severity: 'error',
      from: { path: '^libs/', pathNot: bullmq.map((folder) => `^${folder}/`) },
      to: { path: 'node_modules/(bullmq|@nestjs/bullmq)/' },
    },
    {
      name: 'no-http-in-libs',
      comment: 'Libs know no HTTP.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: ['node_modules/(fastify|@nestjs/(core|platform-fastify|swagger))/', '^(node:)?https?$'] },
    },
    {
      name: 'kernel-is-pure',
      comment: 'The kernel has no I/O; `module` only loads packages that are not ESM.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?module$' },
    },
    {
      name: 'specs-are-not-imported',
      severity: 'error',
      from: {},
      to: { path: '\\.(spec|db-spec|e2e-spec)\\.ts$' },
    },
    {
      name: 'not-to-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-dev-dependencies-in-code',
      comment: 'What runs must be a dependency.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: '\\.(spec|db-spec|e2e-spec|fixture)\\.ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    moduleSystems: ['es6'],
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { conditionNames: ['source', 'import', 'node', 'default'], exportsFields: ['exports'], extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'] },
    exclude: { path: '\\.(spec|db-spec|e2e-spec)\\.ts$' },
  },
};
