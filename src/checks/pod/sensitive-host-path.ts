import { isWritten } from '#facts/containers.ts';
import { isSafeToRead, normalPath, riskOf } from '#facts/host-path.ts';
import type { Examples } from '#model/check.ts';
import { definePodCheck } from '../pod-check.ts';
import { aContainer, aDeployment, aPod } from '../samples.ts';

export const sensitiveHostPath = definePodCheck({
  id: 'KP-POD-007',
  name: 'sensitive-host-path',
  title: 'hostPath reaches a sensitive node location',
  severity: 'high',
  why: 'What lies there runs the node, configures it or holds its credentials: to reach it is to have the node, often by reading alone.',
  fix: 'Stop mounting the path; talk to the API server or to a CSI or device plugin instead of a runtime socket.',
  refs: [
    'CIS:5.2.11',
    'PSS:hostPathVolumes',
    'OWASP2022:K01',
    'OWASP2025:K01',
    'OWASP2025:K08',
    'NSA:N6',
    'NSA:N13',
    'MITRE:T1611',
    'MITRE:T1552.001',
    'MITRE:T1610',
  ],
  aspects: {
    rootFs: 'the whole file system of the node',
    runtimeSocket: 'the socket of the container runtime, or a directory that holds it',
    cloudCredentials: 'credentials of a cloud',
    kubeletDir: 'the directory of the kubelet, with the volumes of every pod',
    etcdOrPki: 'the data of etcd or the keys of the control plane',
    logDir: 'the logs of the node',
    other: 'another place that runs the node, configures it or holds its credentials',
  },

  *evaluate({ spec }, _given, { parameters }) {
    for (const [index, { name, hostPath }] of (spec.volumes ?? []).entries()) {
      if (hostPath === undefined) continue;
      const path = normalPath(hostPath.path);
      const aspect = riskOf(path, parameters);
      if (aspect === undefined || (isSafeToRead(path, parameters) && !isWritten(spec, name))) continue;
      const message = `volume ${name} is ${hostPath.path} of the node: ${RISKS[aspect]}`;
      yield { at: `spec.volumes[${String(index)}].hostPath`, aspect, message, pss: 'baseline' };
    }
  },

  examples,
});

const RISKS = {
  rootFs: 'its whole file system',
  runtimeSocket: 'a way to its container runtime',
  cloudCredentials: 'credentials of the cloud',
  kubeletDir: 'the directory of the kubelet',
  etcdOrPki: 'the data or keys of the control plane',
  logDir: 'its logs',
  other: 'a place that runs or configures it',
} as const;

const AT = 'spec.volumes[0].hostPath';

/** What each mounted read-only path gives away. */
const READ: Readonly<Record<string, readonly [path: string, aspect: keyof typeof RISKS]>> = {
  'the root': ['/', 'rootFs'],
  'a pipe of Windows': ['\\\\.\\pipe\\docker_engine', 'runtimeSocket'],
  'keys of a cloud': ['/srv/build/.aws/credentials', 'cloudCredentials'],
  'the volumes of every pod, by a way round': ['//var/log/../lib/kubelet/pods', 'kubeletDir'],
  'what holds the directory of the kubelet': ['/var/lib', 'kubeletDir'],
  'keys of the control plane': ['/etc/kubernetes/pki', 'etcdOrPki'],
  logs: ['/var/log/pods', 'logDir'],
};

function examples(): Examples {
  const also = ['KP-POD-006'] as const;
  return {
    bad: [
      ...Object.entries(READ).map(([name, [path, aspect]]) => ({
        name,
        subject: reading(path),
        finds: [{ at: AT, aspect }],
        also,
      })),
      {
        name: 'a socket at a place of its own, not mounted',
        subject: aPod({ spec: { volumes: [host('/opt/docker.sock')] } }),
        finds: [{ at: AT, aspect: 'runtimeSocket' }],
        also,
      },
      {
        name: 'a directory that holds a socket',
        subject: aDeployment({ spec: { volumes: [host('/run/crio/')] } }),
        finds: [{ at: 'spec.template.spec.volumes[0].hostPath', aspect: 'runtimeSocket' }],
        also,
      },
      {
        name: 'the time zone, writable',
        subject: aPod({ spec: { volumes: [host('/etc/localtime')] }, container: mounting(false) }),
        finds: [{ at: AT, aspect: 'other' }],
        also,
      },
    ],
    good: [
      { name: 'a place for data', subject: reading('/srv/data') },
      { name: 'below /var, where nothing sensitive lies', subject: reading('/var/cache/shop') },
      { name: 'the time zone, read-only', subject: reading('/etc/localtime') },
      { name: 'a name that only begins alike', subject: reading('/etcetera') },
    ],
  };
}

function reading(path: string): ReturnType<typeof aPod> {
  return aPod({ spec: { volumes: [host(path)] }, container: mounting(true) });
}

function host(path: string): Readonly<Record<string, unknown>> {
  return { name: 'node', hostPath: { path } };
}

function mounting(readOnly: boolean): Readonly<Record<string, unknown>> {
  return aContainer({ volumeMounts: [{ name: 'node', mountPath: '/node', readOnly }] });
}
