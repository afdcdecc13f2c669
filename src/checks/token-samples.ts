import type { Manifest } from '#model/check.ts';
import { TOKEN_SECRET } from '#model/served.ts';

/** A Secret with a token of a service account, as people make them and the cluster fills them. */
export function aTokenSecret(account: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'token',
      namespace: 'shop',
      annotations: { 'kubernetes.io/service-account.name': account },
      labels,
    },
    type: TOKEN_SECRET,
  };
}
