import { defineCheck } from '#model/check.ts';
import { aPod } from '../samples.ts';

export const restrictedVolumeType = defineCheck({
  id: 'KP-POD-025',
  name: 'restricted-volume-type',
  title: 'Volume type outside the restricted set',
  severity: 'low',
  why: 'Such a volume is mounted by code of the node with the words of the pod, without a storage class that an administrator chose.',
  fix: 'Move the storage behind a PersistentVolumeClaim or a CSI driver.',
  refs: ['PSS:restrictedVolumes', 'OWASP2022:K01', 'OWASP2025:K01', 'NSA:N4'],
  subject: 'Pod',

  *evaluate({ spec }) {
    for (const [index, { name, unusual = [] }] of (spec.volumes ?? []).entries()) {
      for (const type of unusual) {
        const at = `spec.volumes[${String(index)}]${type === 'unknown' ? '' : `.${type}`}`;
        const severity = type === 'gitRepo' ? 'medium' : 'low';
        yield { at, severity, message: `volume ${name} is of type ${type}`, pss: 'restricted' };
      }
    }
  },

  examples: () => ({
    bad: [
      {
        name: 'a share of the network',
        subject: withVolumes({ nfs: { server: 'nas', path: '/' } }),
        finds: [{ at: 'spec.volumes[0].nfs' }],
      },
      {
        name: 'git, run on the node',
        subject: withVolumes({ emptyDir: {} }, { gitRepo: { repository: 'https://git.example/x' } }),
        finds: [{ at: 'spec.volumes[1].gitRepo', severity: 'medium' }],
      },
      {
        name: 'a type that nobody knows',
        subject: withVolumes({ quantum: {} }),
        finds: [{ at: 'spec.volumes[0]' }],
      },
    ],
    good: [
      {
        name: 'the types of the set',
        subject: withVolumes(
          { configMap: { name: 'a' } },
          { csi: { driver: 'x' } },
          { downwardAPI: {} },
          { emptyDir: {} },
          { ephemeral: {} },
          { image: { reference: IMAGE } },
          { persistentVolumeClaim: { claimName: 'a' } },
          { projected: { sources: [] } },
          { secret: { secretName: 'a' } },
        ),
      },
      { name: 'no type is an emptyDir', subject: withVolumes({}) },
      { name: 'hostPath is another check', subject: withVolumes({ hostPath: { path: '/srv' } }) },
    ],
  }),
});

const IMAGE = `registry.example/data:1@sha256:${'ab'.repeat(32)}`;

function withVolumes(...sources: readonly Readonly<Record<string, unknown>>[]): ReturnType<typeof aPod> {
  return aPod({ spec: { volumes: sources.map((source, index) => ({ name: `v${String(index)}`, ...source })) } });
}
