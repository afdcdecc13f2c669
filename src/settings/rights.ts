import { DEFAULT_PARAMETERS, POD_CONNECT_BY_GET, type PodConnectByGet } from '#model/parameters.ts';
import { field, words, type Field } from './field.ts';

/** What is said of rights to kinds that the API server does not have by itself, and of its version. */
export const podTemplateKinds = words(
  'Resources of extensions whose writer makes pods, as `rollouts.argoproj.io`: KP-RBAC-007, what reports tell of access, and who is a step from cluster-admin.',
  DEFAULT_PARAMETERS.podTemplateKinds,
);

export const csiProvisioners = words(
  'Images that make volumes for drivers of storage: whole segments at the end of the repository. That they may (KP-RBAC-017) is accepted where they run in the namespaces of the system or in `privilegedNamespaces`.',
  DEFAULT_PARAMETERS.csiProvisioners,
);

export const cniPolicyKinds = words(
  'Resources of extensions that are network policies (KP-RBAC-020).',
  DEFAULT_PARAMETERS.cniPolicyKinds,
);

export const podConnectByGet: Field<PodConnectByGet> = field<PodConnectByGet>(
  'Whether the right to `get` pods/exec, pods/attach or pods/portforward is enough to connect (KP-RBAC-008): `auto` by the version of the server.',
  DEFAULT_PARAMETERS.podConnectByGet,
  { enum: POD_CONNECT_BY_GET },
);
