import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** A role of `manifests/base/rbac.yaml` as JSON, to be applied; a Role in `namespace`. */
export function baseRole(kind: 'Role' | 'ClusterRole', namespace?: string): string {
  const roles = loadAll(readFileSync('manifests/base/rbac.yaml', 'utf8')) as readonly Role[];
  const role = roles.find((each) => each.kind === kind && each.metadata.name === 'kubeposture');
  if (role === undefined) throw new Error(`manifests/base has no ${kind} kubeposture`);
  const metadata = { ...role.metadata, ...(namespace === undefined ? {} : { namespace }) };
  return JSON.stringify({ ...role, metadata });
}
