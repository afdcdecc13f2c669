import { isWritten } from '#facts/containers.ts';
import { ifKnown, type Doubt, type Problem } from '#model/check.ts';
import type { PodSpec, Volume } from '#model/pod.ts';
import { refOf } from '#model/ref.ts';
import { claimsOfPod, type BoundClaim } from '#relations/volumes.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aPod } from '../samples.ts';

export const hostPathVolume = definePodCheck({
  id: 'KP-POD-006',
  name: 'host-path-volume',
  title: 'Pod declares a hostPath volume',
  severity: 'high',
  why: 'A path of the node in a container breaks the wall between the two: written, it can take the node over; read, it leaks what the node keeps.',
  fix: 'Replace it by a CSI, emptyDir, configMap or projected volume; if it is unavoidable mount it read-only and narrow the path.',
  refs: [
    'CIS:5.2.11',
    'PSS:hostPathVolumes',
    'PSS:restrictedVolumes',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'NSA:N4',
    'NSA:N6',
    'MITRE:T1611',
    'MITRE:T1552',
  ],
  aspects: {
    writable: 'a container mounts it without `readOnly: true`',
    readOnly: 'every mount is read-only, or nothing mounts it',
    viaPV: 'the claim of the volume is bound to a PersistentVolume on the node (hostPath or local)',
  },
  inputs: { claims: ifKnown(claimsOfPod) },

  *evaluate({ spec }, { claims }) {
    for (const [index, volume] of (spec.volumes ?? []).entries()) {
      const at = `spec.volumes[${String(index)}]`;
      yield* declared(volume, at, spec);
      yield* throughClaim(volume, at, claims);
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'mounted writable',
        subject: aPod({ spec: { volumes: [HOST] }, container: mounting({ mountPath: '/data' }) }),
        finds: [{ at: 'spec.volumes[0].hostPath', aspect: 'writable' }],
      },
      {
        name: 'mounted read-only',
        subject: aPod({ spec: { volumes: [HOST] }, container: mounting({ mountPath: '/data', readOnly: true }) }),
        finds: [{ at: 'spec.volumes[0].hostPath', aspect: 'readOnly', severity: 'medium' }],
      },
      {
        name: 'declared and not mounted',
        subject: aPod({ spec: { volumes: [HOST] } }),
        finds: [{ at: 'spec.volumes[0].hostPath', aspect: 'readOnly', severity: 'medium' }],
      },
      {
        name: 'through a claim',
        subject: aPod({ spec: { volumes: [CLAIMED] } }),
        world: [CLAIM, { ...PV, spec: { local: { path: '/mnt/disk' } } }],
        finds: [{ at: 'spec.volumes[0].persistentVolumeClaim', aspect: 'viaPV', severity: 'medium' }],
      },
    ],
    good: [
      { name: 'an emptyDir', subject: aPod({ spec: { volumes: [{ name: 'tmp', emptyDir: {} }] } }) },
      {
        name: 'a claim bound to a CSI volume',
        subject: aPod({ spec: { volumes: [CLAIMED] } }),
        world: [CLAIM, { ...PV, spec: { csi: { driver: 'disk.example', volumeHandle: 'v1' } } }],
      },
    ],
  }),
});

const HOST = { name: 'data', hostPath: { path: '/srv/data' } };
const CLAIMED = { name: 'data', persistentVolumeClaim: { claimName: 'data' } };
const CLAIM = {
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim' as const,
  metadata: { name: 'data', namespace: 'shop' },
  spec: { volumeName: 'disk-1' },
};
const PV = { apiVersion: 'v1', kind: 'PersistentVolume' as const, metadata: { name: 'disk-1' } };

function* declared({ name, hostPath }: Volume, at: string, spec: PodSpec): Iterable<Problem> {
  if (hostPath === undefined) return;
  const written = isWritten(spec, name);
  const message = `volume ${name} is ${hostPath.path} of the node, ${written ? 'writable' : 'read-only'}`;
  const [aspect, severity] = written ? (['writable', 'high'] as const) : (['readOnly', 'medium'] as const);
  yield { at: `${at}.hostPath`, aspect, severity, message, pss: 'baseline' };
}

function* throughClaim(
  { name, persistentVolumeClaim }: Volume,
  at: string,
  claims?: readonly BoundClaim[],
): Iterable<Problem | Doubt> {
  if (persistentVolumeClaim === undefined) return;
  if (claims === undefined)
    yield { unknown: `what claim ${persistentVolumeClaim.claimName} is bound to`, aspect: 'viaPV' };
  for (const { claim, volume } of claims ?? []) {
    const path = pathOnNode(volume);
    if (claim.metadata.name !== persistentVolumeClaim.claimName || path === undefined) continue;
    const message = `volume ${name} is ${path} of the node, through PersistentVolume ${volume.metadata.name}`;
    const because = [refOf(claim), refOf(volume)];
    yield { at: `${at}.persistentVolumeClaim`, aspect: 'viaPV', severity: 'medium', message, because };
  }
}

function pathOnNode({ spec }: BoundClaim['volume']): string | undefined {
  return spec?.hostPath?.path ?? spec?.local?.path;
}

function mounting(mount: {
  readonly mountPath: string;
  readonly readOnly?: boolean;
}): Readonly<Record<string, unknown>> {
  return aContainer({ volumeMounts: [{ name: 'data', ...mount }] });
}
