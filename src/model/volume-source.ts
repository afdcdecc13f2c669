/** Fields of a volume that the restricted level allows, and hostPath, which is a matter of its own. */
const USUAL: ReadonlySet<string> = new Set([
  'name',
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'hostPath',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]);

/** The other sources that the API has. */
const UNUSUAL: ReadonlySet<string> = new Set([
  'awsElasticBlockStore',
  'azureDisk',
  'azureFile',
  'cephfs',
  'cinder',
  'fc',
  'flexVolume',
  'flocker',
  'gcePersistentDisk',
  'gitRepo',
  'glusterfs',
  'iscsi',
  'nfs',
  'photonPersistentDisk',
  'portworxVolume',
  'quobyte',
  'rbd',
  'scaleIO',
  'storageos',
  'vsphereVolume',
]);

/** How a source that no API has is called: its name could be anything. */
const UNKNOWN = 'unknown';

/** The names of a raw volume's sources that the restricted level does not allow, hostPath aside. */
export function unusualSources(raw: unknown): readonly string[] {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return [];
  return Object.entries(raw)
    .filter(([name, value]) => !USUAL.has(name) && value !== undefined && value !== null)
    .map(([name]) => (UNUSUAL.has(name) ? name : UNKNOWN));
}
