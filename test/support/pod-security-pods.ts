/** Pods around every field that a Pod Security control reads: most of them such as a server takes. */
import fc from 'fast-check';
import lodash from 'lodash';
import type { Manifest } from '#model/check.ts';

/** A field with one value, undefined to take it away. */
interface Change {
  readonly at: string;
  readonly to: unknown;
}

function one(at: string, ...values: readonly unknown[]): fc.Arbitrary<readonly Change[]> {
  return fc.constantFrom(...values).map((to) => [{ at, to }]);
}

/** Fields that a server takes only together. */
function together(fields: Readonly<Record<string, unknown>>): fc.Arbitrary<readonly Change[]> {
  return fc.constant(Object.entries(fields).map(([at, to]) => ({ at, to })));
}

const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const PROFILES = [
  undefined,
  { type: 'RuntimeDefault' },
  { type: 'Unconfined' },
  { type: 'Localhost', localhostProfile: 'profiles/web.json' },
];
const SELINUX = [
  {},
  { level: 's0:c1,c2' },
  { user: 'system_u' },
  { role: 'system_r' },
  ...['', 'container_t', 'container_init_t', 'container_kvm_t', 'container_engine_t', 'spc_t'].map((type) => ({
    type,
  })),
];
const SYSCTLS = [
  'kernel.shm_rmid_forced',
  'kernel.msgmax',
  'net.ipv4.ip_local_port_range',
  'net/ipv4/tcp_syncookies',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_wmem',
];
const CAPABILITIES = [
  ...['ALL', 'all', 'CHOWN', 'chown', 'CAP_CHOWN', 'NET_BIND_SERVICE', 'NET_RAW', 'SYS_ADMIN', 'SYS_TIME'],
  ...['AUDIT_WRITE', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'KILL', 'MKNOD', 'SETFCAP', 'SETGID', 'SETPCAP', 'SETUID'],
  ...['SYS_CHROOT', 'SYS_PTRACE', 'BPF'],
];
const VOLUMES = [
  {},
  { emptyDir: {} },
  { hostPath: { path: '/srv' } },
  { configMap: { name: 'a' } },
  { secret: { secretName: 'a' } },
  { downwardAPI: {} },
  { projected: { sources: [] } },
  { persistentVolumeClaim: { claimName: 'a' } },
  { csi: { driver: 'disk.example' } },
  { image: { reference: 'registry.example/data:1' } },
  {
    ephemeral: {
      volumeClaimTemplate: {
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      },
    },
  },
  { nfs: { server: 'nas.example', path: '/' } },
  { iscsi: { targetPortal: '10.0.0.1', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
  { gitRepo: { repository: 'https://git.example/x.git' } },
  { gcePersistentDisk: { pdName: 'a' } },
  { awsElasticBlockStore: { volumeID: 'a' } },
  { azureDisk: { diskName: 'a', diskURI: 'https://blob.example/a' } },
  { azureFile: { secretName: 'a', shareName: 'a' } },
  { cephfs: { monitors: ['10.0.0.1'] } },
  { cinder: { volumeID: 'a' } },
  { fc: { targetWWNs: ['500a0982991b8dc5'], lun: 2 } },
  { flexVolume: { driver: 'example/lvm' } },
  { flocker: { datasetName: 'a' } },
  { glusterfs: { endpoints: 'a', path: 'a' } },
  { photonPersistentDisk: { pdID: 'a' } },
  { portworxVolume: { volumeID: 'a' } },
  { quobyte: { registry: 'a.example:1', volume: 'a' } },
  { rbd: { monitors: ['10.0.0.1'], image: 'a' } },
  { scaleIO: { gateway: 'https://a.example', system: 'a', secretRef: { name: 'a' }, volumeName: 'a' } },
  { storageos: { volumeName: 'a' } },
  { vsphereVolume: { volumePath: 'a' } },
];
const HANDLERS = [
  { httpGet: { port: 80 } },
  { httpGet: { port: 80, host: '' } },
  { httpGet: { port: 80, host: '127.0.0.1' } },
  { httpGet: { port: 80, host: 'x.example' } },
  { tcpSocket: { port: 80 } },
  { tcpSocket: { port: 80, host: '10.0.0.1' } },
  { exec: { command: ['true'] } },
];
const PROBES = [...HANDLERS, { grpc: { port: 80 } }];
const PORTS = [[{ containerPort: 80 }], [{ containerPort: 80, hostPort: 0 }], [{ containerPort: 80, hostPort: 80 }]];

/** What a pod and each container may say. */
function inheritable(context: string): readonly fc.Arbitrary<readonly Change[]>[] {
  return [
    one(`${context}.runAsNonRoot`, undefined, true, false),
    one(`${context}.runAsUser`, undefined, 0, 1, 10001),
    one(`${context}.runAsGroup`, 0, 10001),
    one(`${context}.seccompProfile`, ...PROFILES),
    one(`${context}.appArmorProfile`, ...PROFILES),
    one(`${context}.seLinuxOptions`, ...SELINUX),
    one(`${context}.windowsOptions`, {}, { hostProcess: false }, { runAsUserName: 'ContainerAdministrator' }),
  ];
}

function ofContainer(place: string): readonly fc.Arbitrary<readonly Change[]>[] {
  const context = `${place}.securityContext`;
  const few = fc.subarray(CAPABILITIES, { minLength: 1, maxLength: 3 });
  const isSidecar = place.startsWith('spec.initContainers');
  const sidecar = isSidecar ? [{ at: `${place}.restartPolicy`, to: 'Always' }] : [];
  return [
    ...inheritable(context),
    one(`${context}.privileged`, true, false),
    one(`${context}.allowPrivilegeEscalation`, undefined, true, false),
    one(`${context}.procMount`, 'Default', 'Unmasked'),
    few.map((add) => [{ at: `${context}.capabilities.add`, to: add }]),
    one(`${context}.capabilities.drop`, undefined, ['ALL'], ['all'], ['NET_RAW'], ['CHOWN', 'ALL']),
    one(`${place}.ports`, ...PORTS),
    ...['livenessProbe', 'readinessProbe', 'startupProbe'].map((probe) =>
      one(`${place}.${probe}`, ...PROBES).map((changes) => [...sidecar, ...changes]),
    ),
    ...['lifecycle.postStart', 'lifecycle.preStop'].map((hook) =>
      one(`${place}.${hook}`, ...HANDLERS).map((changes) => [...sidecar, ...changes]),
    ),
  ];
}

const PLACES = ['spec.containers[0]', 'spec.containers[1]', 'spec.initContainers[0]'];
const POD = 'spec.securityContext';

const change = fc.oneof(
  ...['hostPID', 'hostIPC', 'hostNetwork', 'hostUsers'].map((field) => one(`spec.${field}`, true, false)),
  one('spec.os', { name: 'linux' }, { name: 'windows' }),
  ...inheritable(POD),
  one(`${POD}.fsGroup`, 0, 10001),
  one(`${POD}.supplementalGroups`, [0], [10001]),
  fc
    .subarray(SYSCTLS, { minLength: 1, maxLength: 2 })
    .map((names) => [{ at: `${POD}.sysctls`, to: names.map((name) => ({ name, value: '1' })) }]),
  fc
    .array(fc.constantFrom(...VOLUMES), { minLength: 1, maxLength: 3 })
    .map((sources) => [
      { at: 'spec.volumes', to: sources.map((source, index) => ({ name: `v${String(index)}`, ...source })) },
    ]),
  fc
    .constantFrom('unconfined', 'runtime/default', 'localhost/web')
    .map((value) => [{ at: 'metadata.annotations', to: { [`${APPARMOR}a`]: value } }]),
  together({
    'spec.os': { name: 'windows' },
    'spec.hostNetwork': true,
    [POD]: { windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' } },
    ...Object.fromEntries(PLACES.map((place) => [`${place}.securityContext`, undefined])),
  }),
  together({
    'spec.os': { name: 'windows' },
    [POD]: { runAsNonRoot: true },
    ...Object.fromEntries(PLACES.map((place) => [`${place}.securityContext`, undefined])),
  }),
  together({ 'spec.hostUsers': false, 'spec.containers[0].securityContext.procMount': 'Unmasked' }),
  together({ 'spec.hostUsers': false, [`${POD}.runAsUser`]: 0, [`${POD}.runAsNonRoot`]: undefined }),
  ...PLACES.flatMap(ofContainer),
);

const RESTRICTED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };

/** A pod that meets the restricted level, or one that says nothing. */
function plain(isRestricted: boolean, containers: number): Manifest {
  const container = (name: string): object => ({
    name,
    image: 'registry.example/web:1',
    ...(isRestricted ? { securityContext: RESTRICTED } : {}),
  });
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'fuzzed' },
    spec: {
      containers: ['a', 'b'].slice(0, Math.min(containers, 2)).map(container),
      ...(containers > 2 ? { initContainers: [container('i')] } : {}),
      ...(isRestricted ? { securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } } : {}),
    },
  };
}

export const somePod: fc.Arbitrary<Manifest> = fc
  .tuple(
    fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    fc.integer({ min: 1, max: 3 }),
    fc.array(change, { maxLength: 4, size: 'max' }),
  )
  .map(([isRestricted, containers, changes]) => {
    const pod = lodash.cloneDeep(plain(isRestricted, containers));
    for (const { at, to } of changes.flat()) {
      const [place = ''] = /^spec\.\w+\[\d\]/.exec(at) ?? [];
      if (place !== '' && !lodash.has(pod, place)) continue;
      if (to === undefined) lodash.unset(pod, at);
      else lodash.set(pod, at, to);
    }
    return pod;
  });

type Fields = Readonly<Record<string, unknown>>;

/** What each kind wants beside its template. */
const WRAPPED: Readonly<Record<string, (template: Fields) => Manifest>> = {
  Deployment: (template) => ({ ...apps('Deployment'), spec: { selector: SELECTOR, template } }),
  StatefulSet: (template) => ({
    ...apps('StatefulSet'),
    spec: { selector: SELECTOR, serviceName: 'fuzzed', template },
  }),
  DaemonSet: (template) => ({ ...apps('DaemonSet'), spec: { selector: SELECTOR, template } }),
  ReplicaSet: (template) => ({ ...apps('ReplicaSet'), spec: { selector: SELECTOR, template } }),
  ReplicationController: (template) => ({
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'fuzzed' },
    spec: { selector: { app: 'fuzzed' }, template },
  }),
  Job: (template) => ({
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'fuzzed' },
    spec: { template: once(template) },
  }),
  CronJob: (template) => ({
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'fuzzed' },
    spec: { schedule: '@daily', jobTemplate: { spec: { template: once(template) } } },
  }),
};

const SELECTOR = { matchLabels: { app: 'fuzzed' } };

function apps(kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' | 'ReplicaSet'): Manifest {
  return { apiVersion: 'apps/v1', kind, metadata: { name: 'fuzzed' } };
}

function once(template: Fields): Fields {
  return { ...template, spec: { ...(template['spec'] as Fields), restartPolicy: 'Never' } };
}

/** The same pods as the template of something. */
export const someTemplate: fc.Arbitrary<Manifest> = fc
  .tuple(somePod, fc.constantFrom(...Object.values(WRAPPED)))
  .map(([{ metadata = {}, spec }, wrap]) =>
    wrap({ metadata: { ...metadata, name: undefined, labels: { app: 'fuzzed' } }, spec }),
  );
