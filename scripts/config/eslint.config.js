import { defineConfig, globalIgnores } from 'eslint/config';
import rxjsX from 'eslint-plugin-rxjs-x';
import tseslint from 'typescript-eslint';

const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'requestAnimationFrame'];
const clocks = [
  ['Date', 'now'],
  ['performance', 'now'],
];

export default defineConfig(
  globalIgnores(['dist/', '.cache/', 'coverage/', 'test/fixtures/*/']),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked, rxjsX.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: new URL('../..', import.meta.url).pathname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', destructuredArrayIgnorePattern: '^_' }],
      eqeqeq: 'error',
    },
  },
  {
    // TestScheduler drives everything here: time comes from the clock, and from nowhere else.
    files: ['src/{core,operators,recipes}/**/*.ts'],
    ignores: ['src/core/clock.ts', 'src/core/request.ts'],
    rules: {
      'no-restricted-globals': ['error', ...timers],
      'no-restricted-properties': ['error', ...clocks.map(([object, property]) => ({ object, property, message: 'Ask the clock.' }))],
    },
  },
  {
    // A promise nobody awaits is how a spec says "meanwhile"; a matcher's `any` is a matcher's.
    files: ['{test,marbles}/**/*.ts'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/require-await': 'off' },
  },
);
