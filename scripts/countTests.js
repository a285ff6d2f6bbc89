import { existsSync, readFileSync } from 'node:fs';

// Says how many tests passed and failed, on a line of its own, and fails when anything did. A file that could not be
// loaded holds no test that could fail: it counts as one, as does any other step that failed.
const [file, ...steps] = process.argv.slice(2);
const {
  numPassedTests: passed,
  numFailedTests,
  testResults,
} = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { numPassedTests: 0, numFailedTests: 0, testResults: [] };
const unloaded = testResults.filter(
  ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((each) => each.status === 'failed'),
);
const others = steps.filter((step) => step !== 'tests' || numFailedTests + unloaded.length === 0);
const failed = numFailedTests + unloaded.length + others.length;

process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
console.log(`${passed} passed, ${failed} failed`);
