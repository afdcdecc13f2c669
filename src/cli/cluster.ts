import { InputFailure } from './exit.ts';
import type { ScanPlan, Scanned } from './scan/plan.ts';

/** Lists everything that checks read, once, and judges it. */
export function scanCluster(_plan: ScanPlan, _statesVersion: boolean): Promise<Scanned> {
  return Promise.reject(new InputFailure('scanning a cluster is not there yet: name files, or - for stdin'));
}
