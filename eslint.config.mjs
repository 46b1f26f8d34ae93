import tseslint from 'typescript-eslint';

const SPECS = ['**/*.spec.ts', '**/*.db-spec.ts', '**/*.e2e-spec.ts', '**/*.fixture.ts', 'test/**'];

/** Settings are read in one place; the preload hands them over before any program's own code runs. */
const READS_THE_ENVIRONMENT = ['libs/services/src/settings/settings.ts', 'libs/services/src/supervisor/preload.mjs', 'scripts/**', 'bin/**', 'test/**', ...SPECS];

const MANNERS = [
  { selector: "MethodDefinition[kind='constructor'] > FunctionExpression[params.length>5]", message: 'A constructor takes five parameters at most: name the parts and take one object.' },
];

export default tseslint.config(
  { ignores: ['node_modules/', 'dist/', '.hushu/', 'coverage/', 'apps/console/'] },
  {
    files: ['**/*.{ts,mjs,js,cjs}'],
    languageOptions: { parser: tseslint.parser, parserOptions: { sourceType: 'module' } },
    plugins: { '@typescript-eslint': tseslint.plugin },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-debugger': 'error',
      'no-eval': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-self-compare': 'error',
      'no-unreachable': 'error',
      'no-constant-binary-expression': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['warn', { max: 350, skipComments: false }],
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Settings are read in libs/services/src/settings/settings.ts.' }],
    },
  },
  {
    files: ['libs/**/*.ts', 'apps/**/*.ts'],
    ignores: SPECS,
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...MANNERS],
    },
  },
  {
    files: ['libs/**/*.ts'],
    ignores: SPECS,
    rules: {
      'no-restricted-syntax': [
        'error',
        ...MANNERS,
        { selector: "ThrowStatement > NewExpression[callee.name='Error']", message: 'Throw a HubError: a code, both languages, and a hint that is an action.' },
        { selector: "NewExpression[callee.name=/^(HttpException|[A-Z]\\w*HttpException|BadRequestException|NotFoundException|ForbiddenException|InternalServerErrorException)$/]", message: 'Libs know no HTTP: throw a HubError.' },
      ],
    },
  },
  { files: READS_THE_ENVIRONMENT, rules: { 'no-restricted-properties': 'off' } },
  { files: SPECS, rules: { '@typescript-eslint/no-explicit-any': 'off' } },
);
