import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { execute } from './execute.js';
import { picture } from './picture.js';
import { records } from './records.js';

const USAGE = `npm run marbles [-- --check]

Runs every record in marbles/ in virtual time, and draws what happened to marbles/svg/.

  --check   draws nothing: fails, and names the pictures that are not what would be drawn
  --help    this
`;
const FOLDER = new URL('svg/', import.meta.url);
const OPTIONS = { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const;

/** The text of each picture, by file name. */
const drawings = async () =>
  new Map((await records()).map(({ picture: name, diagram }) => [`${name}.svg`, picture(diagram, execute(diagram))]));

const present = () => readdirSync(FOLDER).filter((file) => file.endsWith('.svg'));
const read = (file: string) => readFileSync(new URL(file, FOLDER), 'utf8');

/** Undefined for what nobody knows. */
function asked() {
  try {
    return parseArgs({ options: OPTIONS }).values;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const values = asked();
  if (values === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  mkdirSync(FOLDER, { recursive: true });
  const drawn = await drawings();
  const files = new Set(present());
  const changed = [...drawn].filter(([file, text]) => !files.has(file) || read(file) !== text).map(([file]) => file);
  const orphans = [...files].filter((file) => !drawn.has(file));
  if (values.check) {
    const stale = [...changed, ...orphans].map((file) => `marbles/svg/${file}`);
    if (stale.length === 0) return 0;
    process.stderr.write(`Not what would be drawn; run \`npm run marbles\`:\n${stale.map((file) => `  ${file}\n`).join('')}`);
    return 1;
  }
  changed.forEach((file) => writeFileSync(new URL(file, FOLDER), drawn.get(file)!));
  orphans.forEach((file) => rmSync(new URL(file, FOLDER)));
  process.stdout.write(`${drawn.size} pictures, ${changed.length} drawn anew, ${orphans.length} removed.\n`);
  return 0;
}

process.exitCode = await main();
