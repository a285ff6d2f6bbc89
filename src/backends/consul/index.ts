export { consulBackend } from './consulBackend.js';
export type { ConsulBackendOptions, ConsulConnection, ConsulLiveness, ConsulSettings } from './options.js';
