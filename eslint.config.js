import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Rooms where neither time nor chance nor the outside exists: arguments in, values out. */
const PURE = ['model', 'facts', 'analysis', 'relations', 'checks', 'traits', 'inventory', 'engine', 'report'];
const OUTSIDE = [
  'process',
  'console',
  'fetch',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'Buffer',
  'performance',
  'crypto',
];

export default defineConfig(
  { ignores: ['dist/**', '.coverage/**', 'node_modules/**', '**/*.mjs', '**/*.cjs', 'eslint.config.js'] },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/method-signature-style': ['error', 'property'],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // The generics of a relation and of a check stand once in the signature by design: they carry inference, not reuse.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      // Optional chaining and defaults count as branches here, hence two more than the ten of plain ones.
      complexity: ['error', { max: 12, variant: 'modified' }],
      eqeqeq: 'error',
      'max-depth': ['error', 3],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-params': ['error', 4],
      'no-console': 'error',
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only: a name is what one searches for.' },
      ],
    },
  },
  {
    files: PURE.map((room) => `src/${room}/**/*.ts`),
    rules: {
      'no-restricted-globals': [
        'error',
        ...OUTSIDE.map((name) => ({
          name,
          message: 'This room is pure: what comes from outside comes as an argument.',
        })),
        { name: 'Date', message: 'This room is pure: the clock is no event. Take the moment as an argument.' },
      ],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random', message: 'This room is pure.' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        {
          selector: ':function[async=true], AwaitExpression, NewExpression[callee.name="Promise"]',
          message: 'This room is synchronous.',
        },
      ],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/settings/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'src/settings is the only reader of the environment.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      'max-lines': 'off',
      'max-lines-per-function': 'off',
      'no-console': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
);
