import { InvalidOptionsError } from '../../core/errors.js';

const HOST = /^(?:(https?):\/\/)?(?:\[[\da-f:.]+\]|[^\s/:@[\]]+):(\d+)$/i;

/**
 * The hosts one by one, as the client takes them. It would look for a host without a port at port 443, and for one with the
 * wrong scheme for ever.
 */
export function checkHosts(hosts: string | readonly string[], secure: boolean): string[] {
  const list = [hosts]
    .flat()
    .flatMap((each) => String(each ?? '').split(','))
    .map((each) => each.trim().replace(/\/$/, ''))
    .filter((each) => each !== '');
  if (list.length === 0) throw new InvalidOptionsError('hosts must name at least one server, such as "127.0.0.1:2379", but is empty.');
  const schemes = new Set(list.map((host) => checkHost(host, secure)));
  if (schemes.has('https') && schemes.size > 1) {
    throw new InvalidOptionsError(`hosts must all have the scheme https, or none, but are ${list.join(', ')}.`);
  }
  return [...new Set(list)];
}

function checkHost(host: string, secure: boolean): string {
  const [, scheme, port] = HOST.exec(host) ?? [];
  if (port === undefined || !(Number(port) > 0 && Number(port) < 65_536)) {
    throw new InvalidOptionsError(`hosts must be written as host:port, such as "127.0.0.1:2379", but one is ${JSON.stringify(host)}.`);
  }
  if (secure && scheme?.toLowerCase() === 'http') {
    throw new InvalidOptionsError(
      `hosts must not have the scheme http when there are credentials, but one is ${host}: write https, or leave out credentials.`,
    );
  }
  return scheme?.toLowerCase() ?? '';
}
