import { readdirSync } from 'node:fs';
import type { Diagram } from './diagram.js';

const HERE = new URL('.', import.meta.url);
const ENDING = '.marble.ts';

export interface Entry {
  /** The operator or recipe that the file is named after. */
  readonly subject: string;
  /** Its picture, without the ending: the first of a file is named as the file. */
  readonly picture: string;
  readonly diagram: Diagram;
}

/** Every record of this folder, in the order of the file names. */
export async function records(): Promise<readonly Entry[]> {
  const files = readdirSync(HERE).filter((file) => file.endsWith(ENDING));
  return (await Promise.all(files.sort().map(recordsOf))).flat();
}

const recordsOf = async (file: string): Promise<readonly Entry[]> => {
  const module = (await import(new URL(file, HERE).href)) as { default: Diagram | readonly Diagram[] };
  const subject = file.slice(0, -ENDING.length);
  return [module.default].flat().map((diagram, index) => ({
    subject,
    picture: index === 0 ? subject : `${subject}-${diagram.name?.replaceAll(/[^a-z0-9$]+/gi, '-') ?? index}`,
    diagram,
  }));
};
