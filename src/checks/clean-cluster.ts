import type { Manifest } from '#model/check.ts';
import { aSignaturePolicy } from './admission-samples.ts';
import { aScanner } from './scanner-sample.ts';
import {
  READ_PODS,
  aDeployment,
  aLimitRange,
  aNamespace,
  aPolicy,
  aQuota,
  aRole,
  aRoleBinding,
  aServiceAccount,
  anApiServer,
} from './samples.ts';

/** The small hardened cluster in which no check finds anything. */
export function cleanCluster(): readonly Manifest[] {
  return [
    aNamespace(),
    aSignaturePolicy(),
    aQuota(),
    aLimitRange(),
    aPolicy(),
    { ...aPolicy(), metadata: { name: 'default-deny', namespace: 'kube-system' } },
    aServiceAccount({ automountServiceAccountToken: false }),
    aRole(READ_PODS),
    aRoleBinding(),
    aDeployment(),
    aScanner(),
    aServiceAccount({ metadata: { name: 'scanner', namespace: 'shop' }, automountServiceAccountToken: false }),
    anApiServer('--anonymous-auth=false'),
  ];
}
