import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { execute, spelled, width } from '../../marbles/execute.js';
import { records } from '../../marbles/records.js';
import * as exported from '../../src/index.js';

const entries = await records();
const index = readFileSync(new URL('../../src/index.ts', import.meta.url), 'utf8');
const operators = [...index.matchAll(/^export \{ (\w+) \} from '\.\/operators\//gm)].map(([, name]) => name!);

describe.each(entries.map((entry) => [entry.picture, entry] as const))('picture %s', (_, { diagram }) => {
  const { outputs, subscriptions } = execute(diagram);

  it.each(Object.entries(outputs))('tells what its line %s says', (__, { actual, expected }) => {
    expect(actual).toEqual(expected);
  });

  it.each(Object.entries(diagram.subscriptions))('subscribes %s as it says', (input, expected) => {
    expect(subscriptions[input]!.map(spelled)).toEqual(expected.map((line) => line.replace(/[- ]*$/, '').replaceAll(' ', '')));
  });

  it('keeps its lines under each other', () => {
    const { inputs, expected, marks } = diagram;
    for (const line of [...Object.values(inputs), ...Object.values(expected), ...Object.values(marks)]) {
      expect(width(line)).toBeLessThanOrEqual(60);
    }
  });
});

describe('the folder of records', () => {
  it('has a file for each exported operator and for the election', () => {
    expect(operators.length).toBeGreaterThan(8);
    expect(entries.map(({ subject }) => subject)).toEqual(expect.arrayContaining([...operators, 'election']));
  });

  it('has no file for what is not exported', () => {
    expect(Object.keys(exported)).toEqual(expect.arrayContaining(entries.map(({ subject }) => subject)));
  });

  it('gives each picture a name of its own', () => {
    expect(new Set(entries.map(({ picture }) => picture)).size).toBe(entries.length);
  });

  it('shows, for each picture, who is subscribed when', () => {
    const silent = entries.filter(({ diagram }) => Object.keys(diagram.inputs).some((input) => !(input in diagram.subscriptions)));
    expect(silent.map(({ picture }) => picture)).toEqual([]);
  });
});
