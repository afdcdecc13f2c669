import { containersOf } from '#facts/containers.ts';
import { isOneOf } from '#facts/image.ts';
import { isPrivilegedNamespace } from '#facts/namespace.ts';
import type { Context, Manifest } from '#model/check.ts';
import type { Pod } from '#model/objects.ts';
import type { Provisioned } from '#relations/volumes.ts';
import { WRITE, reaching } from '../right.ts';
import { defineRightsCheck } from '../rights.ts';
import { READ_PODS, WEB_ACCOUNT, aClusterRole, aClusterRoleBinding, aContainer, aPod, user } from '../samples.ts';

const VOLUMES = { apiGroups: [''], resources: ['persistentvolumes'], verbs: ['create'] };
const PROVISIONER = aPod({
  container: aContainer({
    image: `registry.k8s.io/sig-storage/csi-provisioner:v6@sha256:${'0123456789abcdef'.repeat(4)}`,
  }),
});
const EBS = 'ebs.csi.aws.com';
const AT_HOME = { parameters: { privilegedNamespaces: ['shop'] } };

export const persistentVolumeCreate = defineRightsCheck({
  id: 'KP-RBAC-017',
  name: 'persistent-volume-create',
  title: 'Persistent volumes can be created',
  severity: 'high',
  why: 'A persistent volume names a path of a node, and Pod Security does not look behind the claim.',
  fix: 'Use dynamic provisioning; forbid hostPath/local PVs by admission policy.',
  refs: ['CIS:5.1.9', 'OWASP2022:K03', 'OWASP2025:K02', 'NSA:N18', 'MITRE:T1611'],
  rights: [
    {
      says: 'write PersistentVolumes of any path of a node',
      reach: reaching(WRITE, '', 'persistentvolumes'),
      severity: { cluster: 'high', namespace: 'high' },
      accepts: { pod: isProvisioner, reason },
      clusterOnly: true,
      sample: VOLUMES,
    },
  ],
  bad: [
    {
      name: 'a CSI provisioner where privileged pods are at home',
      subject: aClusterRole(VOLUMES),
      world: [aClusterRoleBinding(), PROVISIONER],
      context: AT_HOME,
      finds: [{ at: 'rules[0]', accepted: true }],
    },
    {
      name: 'a CSI provisioner whose volumes carry its driver, beside those of others',
      subject: aClusterRole(VOLUMES),
      world: [
        aClusterRoleBinding(),
        PROVISIONER,
        aVolume('one', EBS, { csi: { driver: EBS } }),
        aVolume('two', 'rancher.io/local-path', { hostPath: { path: '/opt/two' } }),
        aVolume('three', undefined, { hostPath: { path: '/opt/three' } }),
      ],
      context: AT_HOME,
      finds: [{ at: 'rules[0]', accepted: true }],
    },
    {
      name: 'a volume made for a driver that is a path of a node',
      subject: aClusterRole(VOLUMES),
      world: [
        aClusterRoleBinding(),
        PROVISIONER,
        aVolume('one', EBS, { csi: { driver: EBS } }),
        aVolume('two', EBS, { hostPath: { path: '/' } }),
      ],
      context: AT_HOME,
      finds: [{ at: 'rules[0]' }],
    },
    {
      name: 'a CSI provisioner anywhere else',
      subject: aClusterRole(VOLUMES),
      world: [aClusterRoleBinding(), PROVISIONER],
      finds: [{ at: 'rules[0]' }],
    },
    {
      name: 'a CSI provisioner and somebody else',
      subject: aClusterRole(VOLUMES),
      world: [aClusterRoleBinding({ subjects: [WEB_ACCOUNT, user('alice')] }), PROVISIONER],
      context: AT_HOME,
      finds: [{ at: 'rules[0]' }],
    },
    {
      name: 'an account that other pods have too',
      subject: aClusterRole(VOLUMES),
      world: [aClusterRoleBinding(), PROVISIONER, aPod({ metadata: { name: 'other' } })],
      context: AT_HOME,
      finds: [{ at: 'rules[0]' }],
    },
  ],
  good: [{ name: 'another right', subject: aClusterRole(READ_PODS), world: [aClusterRoleBinding()] }],
});

/** By its image and where it runs, as all parts of the platform: a name alone proves nothing. */
function isProvisioner({ metadata, spec }: Pod, { parameters }: Context): boolean {
  return (
    isPrivilegedNamespace(metadata.namespace, parameters) &&
    containersOf(spec).some(({ container }) => isOneOf(container.image ?? '', parameters.csiProvisioners))
  );
}

/** Which driver a provisioner is for no object says: of no driver may there be a volume that was made for it and is something else. */
function reason({ carried, strange, missing }: Provisioned): string | undefined {
  if (strange.length > 0) return undefined;
  const accepted = 'a CSI provisioner makes the volumes of its driver';
  if (missing !== undefined) return `${accepted}; whether these carry it is not seen (${missing})`;
  return carried > 0 ? accepted : `${accepted}; no volume shows one so far`;
}

function aVolume(name: string, maker: string | undefined, source: object): Manifest {
  const annotations = maker === undefined ? {} : { 'pv.kubernetes.io/provisioned-by': maker };
  return { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name, annotations }, spec: source };
}
