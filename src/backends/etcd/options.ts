import type { Etcd3 } from 'etcd3';

export interface EtcdOptions {
  /** `host:port`, with or without `http://` or `https://`: one, several, or a list with commas. */
  readonly hosts: string | readonly string[];
  readonly auth?: { readonly username: string; readonly password: string };
  /** PEM. */
  readonly credentials?: { readonly rootCertificate: Buffer; readonly privateKey?: Buffer; readonly certChain?: Buffer };
  /** Put before every key. One watch covers it, so it must be wholly yours. @default '' */
  readonly prefix?: string;
}
export interface EtcdClientOptions {
  /** Never closed by us. */
  readonly client: Etcd3;
  readonly prefix?: string;
}
