import { X509Certificate, createPrivateKey } from 'node:crypto';
import { InvalidOptionsError } from '../../core/errors.js';
import type { EtcdCredentials } from './options.js';
import { refuseOthers } from './refuseOthers.js';

/** The credentials as the client takes them. What doesn't parse would otherwise be a server that never answers. */
export function checkCredentials({ rootCertificate, privateKey, certChain, ...unknown }: EtcdCredentials) {
  refuseOthers('option of credentials', unknown, ['rootCertificate', 'privateKey', 'certChain']);
  const root = rootCertificate === undefined ? undefined : pem('rootCertificate', rootCertificate, certificate);
  if ((privateKey === undefined) !== (certChain === undefined)) {
    throw new InvalidOptionsError('credentials.privateKey and credentials.certChain belong together: give both, or neither.');
  }
  if (privateKey === undefined || certChain === undefined) return root && { rootCertificate: root };
  const [key, chain] = [pem('privateKey', privateKey, createPrivateKey), pem('certChain', certChain, certificate)];
  if (!certificate(chain).checkPrivateKey(createPrivateKey(key))) {
    throw new InvalidOptionsError('credentials.privateKey is not the key of credentials.certChain.');
  }
  return { rootCertificate: root, privateKey: key, certChain: chain };
}

const certificate = (bytes: Buffer) => new X509Certificate(bytes);

function pem(name: string, given: Buffer | string, parse: (bytes: Buffer) => unknown): Buffer {
  const bytes = Buffer.from(given);
  try {
    parse(bytes);
    return bytes;
  } catch (cause) {
    throw new InvalidOptionsError(
      `credentials.${name} must be PEM, unencrypted, but can't be parsed: pass what the file holds, not its name.`,
      { cause },
    );
  }
}
