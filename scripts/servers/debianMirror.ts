import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** Where apt keeps addresses: one-line sources, deb822 sources, and the mirror lists of cloud images. */
const places = ['/etc/apt/sources.list.d', '/etc/apt/mirrors'];

/** Where this machine gets Debian from: a mirror of our own choosing might be out of reach here. */
export function debianMirror(): string {
  const listed = places.filter(existsSync).flatMap((place) => readdirSync(place).map((name) => `${place}/${name}`));
  const files = [...listed, '/etc/apt/sources.list'].filter((file) => /\.(list|sources)$/.test(file) && existsSync(file));
  const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n')).filter((line) => !line.startsWith('#'));
  const mirror = lines.map((line) => /https?:\/\/\S+\/debian\/?(?=\s|$)/.exec(line)?.[0]).find((address) => address !== undefined);
  if (mirror === undefined) throw new Error('the apt sources of this machine name no Debian mirror');
  return mirror;
}
