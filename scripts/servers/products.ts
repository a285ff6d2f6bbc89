/** A server the tests need, and the Debian release that packages the version they were written against. */
export interface Product {
  readonly name: string;
  readonly suite: string;
  readonly packages: readonly string[];
  readonly programs: readonly Program[];
  /** Where its programs are kept, below `.cache/servers`. */
  readonly bin: string;
}

export interface Program {
  readonly name: string;
  /** The environment variable that says where it is. */
  readonly variable: string;
  readonly versionArgs: readonly string[];
}

const etcd = (suite: string, bin: string): Product => ({
  name: 'etcd',
  suite,
  packages: ['etcd-server', 'etcd-client'],
  programs: [
    { name: 'etcd', variable: 'ETCD_BIN', versionArgs: ['--version'] },
    { name: 'etcdctl', variable: 'ETCDCTL_BIN', versionArgs: ['version'] },
  ],
  bin,
});

export const etcd34 = etcd('bookworm', 'bin');
export const etcd35 = etcd('trixie', 'etcd-3.5/bin');

export const consul: Product = {
  name: 'consul',
  suite: 'bullseye', // the last release with Consul in it
  packages: ['consul'],
  programs: [{ name: 'consul', variable: 'CONSUL_BIN', versionArgs: ['version'] }],
  bin: 'bin',
};
