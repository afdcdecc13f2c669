import { stringify } from 'yaml';
import { ALL_KINDS, KINDS } from '#model/kinds.ts';
import { reportCrds } from '#report/schema.ts';
import { HEADER, type GeneratedFile } from './files.ts';

/** The CustomResourceDefinitions, one file each. */
export function crdFiles(): readonly GeneratedFile[] {
  return reportCrds().map((crd) => {
    const { name } = (crd as { readonly metadata: { readonly name: string } }).metadata;
    return { path: `crds/${name.split('.')[0] ?? name}.yaml`, text: yamlText(crd) };
  });
}

/** The rights of the operator: to read what checks read, to write reports, to hold its lease. Nothing more. */
export function rbacFile(): GeneratedFile {
  const groups = Map.groupBy(ALL_KINDS, (kind) => KINDS[kind].group);
  const reading = [...groups].map(([group, kinds]) => ({
    apiGroups: [group],
    resources: kinds.map((kind) => KINDS[kind].plural).sort(),
    verbs: ['get', 'list', 'watch'],
  }));
  const reports = {
    apiGroups: ['kubeposture.io'],
    resources: ['securityreports', 'clustersecurityreports'],
    verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'],
  };
  const clusterRole = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'kubeposture' },
    rules: [...reading, reports],
  };
  const role = {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'kubeposture', namespace: 'kubeposture' },
    rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'watch', 'create', 'update'] }],
  };
  return { path: 'manifests/rbac.yaml', text: `${yamlText(clusterRole)}---\n${stringify(role)}` };
}

function yamlText(value: object): string {
  return `# ${HEADER}\n${stringify(value, { lineWidth: 120, aliasDuplicateObjects: false })}`;
}
