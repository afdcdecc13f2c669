import type { Manifest } from '#model/check.ts';
import { aContainer, aDeployment } from './samples.ts';

/** What looks into the images of the clean cluster, or something else in its place. */
export function aScanner(repository = 'ghcr.io/aquasecurity/trivy-operator'): Manifest {
  const image = `${repository}:0.29.0@sha256:${'0123456789abcdef'.repeat(4)}`;
  const scanner = aDeployment({
    metadata: { labels: { app: 'scanner' } },
    container: aContainer({ image }),
    spec: { serviceAccountName: 'scanner' },
  });
  const spec = { ...(scanner['spec'] as object), selector: { matchLabels: { app: 'scanner' } } };
  return { ...scanner, metadata: { name: 'scanner', namespace: 'shop' }, spec };
}
