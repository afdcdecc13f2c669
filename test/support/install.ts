/** What users install, as the tests see it: rendered objects, and the operator as its Deployment starts it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import type { ControlPlane } from './control-plane.ts';
import { OperatorProcess } from './operator-process.ts';

export interface Installed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

export interface DeploymentObject extends Installed {
  readonly spec: {
    readonly template: {
      readonly metadata: object;
      readonly spec: {
        readonly containers: readonly { readonly args?: readonly string[]; readonly env: readonly Variable[] }[];
      };
    };
  };
}

export const NAMESPACE = 'kubeposture';
/** As the API server names the operator. */
export const ACCOUNT = `system:serviceaccount:${NAMESPACE}:kubeposture`;

export function objectsIn(yaml: string): readonly Installed[] {
  return (loadAll(yaml) as readonly (Installed | null)[]).filter((object) => object !== null);
}

export function placeText({ kind, metadata: { namespace = '', name } }: Installed): string {
  return `${kind} ${namespace}/${name}`;
}

/** The objects by place. Throws where two are of one place. */
export function byPlace(objects: readonly Installed[]): Readonly<Record<string, Installed>> {
  const entries = objects.map((object) => [placeText(object), object] as const);
  const all = Object.fromEntries(entries);
  if (Object.keys(all).length !== entries.length)
    throw new Error(`an object stands twice: ${entries.map(([place]) => place).join(', ')}`);
  return Object.fromEntries(Object.entries(all).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function program(path: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(path, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (status !== 0) throw new Error(`${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** What `kubectl kustomize FOLDER` makes. */
export function kustomized(folder: string): readonly Installed[] {
  return objectsIn(program(join(process.env['KUBEBUILDER_ASSETS'] ?? '', 'kubectl'), ['kustomize', folder]));
}

/** Runs helm; throws what it complains of. */
export function helm(...args: readonly string[]): string {
  return program(process.env['HELM'] ?? 'helm', args);
}

/** What `helm template` makes of the chart, hooks and tests left out. */
export function templated(...args: readonly string[]): readonly Installed[] {
  return objectsIn(helm('template', 'kubeposture', 'manifests/chart', '--namespace', NAMESPACE, ...args));
}

/** The operator with the token, the environment and the configuration that these manifests give it. */
export async function installedOperator(
  plane: ControlPlane,
  objects: readonly Installed[],
  flags: readonly string[] = [],
): Promise<OperatorProcess> {
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as DeploymentObject;
  const config = objects.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'kubeposture');
  const folder = join(plane.dir, 'installed');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries((config?.['data'] ?? {}) as Record<string, string>))
    writeFileSync(join(folder, name), text);
  const environment = deployment.spec.template.spec.containers[0]!.env.map(({ name, value, valueFrom }) => [
    name,
    valueFrom?.fieldRef?.fieldPath === 'metadata.namespace'
      ? (deployment.metadata.namespace ?? '')
      : (value ?? '').replace('/etc/kubeposture', folder),
  ]);
  const kubeconfig = await accountKubeconfig(plane, folder);
  return new OperatorProcess(
    ['--kubeconfig', kubeconfig, ...flags],
    Object.fromEntries(environment) as Record<string, string>,
  );
}

/** A kubeconfig with a token of the operator's own ServiceAccount. */
export async function accountKubeconfig(plane: ControlPlane, folder = plane.dir): Promise<string> {
  const token = (await plane.kubectl('create', 'token', 'kubeposture', '-n', NAMESPACE)).trim();
  writeFileSync(join(folder, 'token'), token, { mode: 0o600 });
  const admin = JSON.parse(readFileSync(plane.kubeconfig, 'utf8')) as {
    readonly users: readonly { readonly name: string }[];
  };
  const users = admin.users.map(({ name }) => ({ name, user: { tokenFile: join(folder, 'token') } }));
  const path = join(folder, 'account.kubeconfig');
  writeFileSync(path, JSON.stringify({ ...admin, users }));
  return path;
}
