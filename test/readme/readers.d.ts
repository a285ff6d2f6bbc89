import type { Observable } from 'rxjs';
import type { Backend } from '../../src/index.js';

// What the examples take for granted: the reader's own code.
declare global {
  function charges(token: bigint): Observable<unknown>;
  function sendInvoices(): Promise<void>;
  function writeReport(token: bigint): Promise<void>;
  function write(file: string, token: bigint): Promise<void>;
  const backend: Backend;
}
