/** A folder of manifests of mixed quality, as teams keep them: each workload in a file with its neighbours. The same for the same number. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { dump } from 'js-yaml';

const WORKLOADS_OF_A_TEAM = 25;

/** What a workload is made of comes from its number alone: every property repeats at a distance of its own. */
const every = (number: number, distance: number): boolean => number % distance === 0;

function container(number: number, name: string): object {
  const isGood = !every(number, 3);
  return {
    name,
    image: `registry.example.com/team-${String(number % 40)}/${name}:${every(number, 7) ? 'latest' : `1.${String(number % 50)}.3`}`,
    args: ['--listen=:8080', `--shard=${String(number)}`],
    ports: [{ name: 'http', containerPort: 8080 }],
    env: Array.from({ length: 4 + (number % 6) }, (_, index) => ({
      name: `SETTING_${String(index)}`,
      value: 'some value',
    })),
    resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '256Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 'http' }, periodSeconds: 10 },
    ...(isGood
      ? {
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: !every(number, 5),
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
          },
        }
      : {}),
    ...(every(number, 50) ? { securityContext: { privileged: true } } : {}),
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp' }],
  };
}

function template(number: number, name: string): object {
  const names = every(number, 4) ? [name, 'log-shipper'] : [name];
  return {
    metadata: { labels: labels(name) },
    spec: {
      serviceAccountName: name,
      ...(every(number, 2) ? { automountServiceAccountToken: false } : {}),
      ...(every(number, 90) ? { hostNetwork: true } : {}),
      containers: names.map((each) => container(number, each)),
      volumes: [
        { name: 'scratch', emptyDir: {} },
        ...(every(number, 35) ? [{ name: 'logs', hostPath: { path: '/var/log' } }] : []),
      ],
    },
  };
}

const labels = (name: string): object => ({ 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'platform' });

function workload(number: number, metadata: object, name: string): object {
  const selector = { matchLabels: labels(name) };
  if (every(number, 10))
    return {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata,
      spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: template(number, name) } } },
    };
  const kind = every(number, 7) ? 'StatefulSet' : every(number, 17) ? 'DaemonSet' : 'Deployment';
  return { apiVersion: 'apps/v1', kind, metadata, spec: { replicas: 2, selector, template: template(number, name) } };
}

function neighbours(number: number, metadata: { readonly namespace: string }, name: string): readonly object[] {
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: { selector: labels(name), ports: [{ port: 80, targetPort: 'http' }] },
    },
    ...(every(number, 2)
      ? [{ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { region: 'north', level: 'info' } }]
      : []),
    ...(every(number, 3)
      ? [
          {
            apiVersion: 'networking.k8s.io/v1',
            kind: 'NetworkPolicy',
            metadata,
            spec: { podSelector: { matchLabels: labels(name) }, policyTypes: ['Ingress'] },
          },
        ]
      : []),
    ...(every(number, 9)
      ? [
          {
            apiVersion: `${group}/v1`,
            kind: 'Role',
            metadata,
            rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }],
          },
          {
            apiVersion: `${group}/v1`,
            kind: 'RoleBinding',
            metadata,
            roleRef: { apiGroup: group, kind: 'Role', name },
            subjects: [{ kind: 'ServiceAccount', name, namespace: metadata.namespace }],
          },
        ]
      : []),
  ];
}

/** Writes the manifests of so many workloads. Answers how many bytes that are. */
export function writeManifests(folder: string, workloads: number): number {
  let bytes = 0;
  const write = (path: string, objects: readonly object[]): void => {
    const text = objects.map((object) => dump(object)).join('---\n');
    bytes += text.length;
    writeFileSync(join(folder, path), text);
  };
  for (let number = 0; number < workloads; number += 1) {
    const namespace = `team-${String(Math.floor(number / WORKLOADS_OF_A_TEAM))}`;
    if (number % WORKLOADS_OF_A_TEAM === 0) {
      mkdirSync(join(folder, namespace));
      write(`${namespace}/namespace.yaml`, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }]);
    }
    const name = `service-${String(number)}`;
    const metadata = { name, namespace, labels: labels(name) };
    write(`${namespace}/${name}.yaml`, [workload(number, metadata, name), ...neighbours(number, metadata, name)]);
  }
  return bytes;
}
