/** A synthetic cluster of any size: deterministic, and each object as large as a real API server writes it. */

export interface Line {
  readonly kind: string;
  /** The JSON of one object, as a line of a watch. Bytes, so that they lie outside the heap that is measured. */
  readonly json: Buffer;
}

type Fields = Readonly<Record<string, unknown>>;

const CREATED = '2026-03-01T08:00:00Z';

/** Numbers from a seed, always the same: mulberry32. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const hex = (random: () => number, length: number): string =>
  Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');

function uid(random: () => number): string {
  return [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
}

/** The field sets that the API server keeps for each manager: half of a real pod. */
function managedFields(manager: string, containers: readonly string[]): readonly Fields[] {
  const dots = (...names: readonly string[]): Fields => Object.fromEntries(names.map((name) => [`f:${name}`, {}]));
  const container = {
    '.': {},
    'f:env': {
      '.': {},
      'k:{"name":"LOG_LEVEL"}': { '.': {}, ...dots('name', 'value') },
      'k:{"name":"POD_IP"}': { '.': {}, 'f:name': {}, 'f:valueFrom': { '.': {}, 'f:fieldRef': {} } },
    },
    ...dots('image', 'imagePullPolicy', 'name', 'terminationMessagePath', 'terminationMessagePolicy'),
    'f:ports': {
      '.': {},
      'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, ...dots('containerPort', 'name', 'protocol') },
    },
    'f:readinessProbe': {
      '.': {},
      'f:httpGet': { '.': {}, ...dots('path', 'port', 'scheme') },
      ...dots('failureThreshold', 'periodSeconds', 'successThreshold', 'timeoutSeconds'),
    },
    'f:resources': {
      '.': {},
      'f:limits': { '.': {}, ...dots('memory') },
      'f:requests': { '.': {}, ...dots('cpu', 'memory') },
    },
    'f:securityContext': {
      '.': {},
      ...dots('allowPrivilegeEscalation', 'readOnlyRootFilesystem'),
      'f:capabilities': { '.': {}, 'f:drop': {} },
    },
    'f:volumeMounts': { '.': {}, 'k:{"mountPath":"/tmp"}': { '.': {}, ...dots('mountPath', 'name') } },
  };
  const spec = {
    'f:containers': Object.fromEntries(containers.map((name) => [`k:{"name":"${name}"}`, container])),
    ...dots(
      'dnsPolicy',
      'enableServiceLinks',
      'restartPolicy',
      'schedulerName',
      'serviceAccount',
      'serviceAccountName',
      'terminationGracePeriodSeconds',
    ),
    'f:securityContext': { '.': {}, ...dots('runAsNonRoot', 'runAsUser') },
    'f:volumes': { '.': {}, 'k:{"name":"tmp"}': { '.': {}, ...dots('emptyDir', 'name') } },
  };
  const metadata = {
    'f:generateName': {},
    'f:labels': { '.': {}, ...dots('app.kubernetes.io/name', 'app.kubernetes.io/version', 'pod-template-hash') },
    'f:ownerReferences': { '.': {} },
  };
  return [
    {
      manager,
      operation: 'Update',
      apiVersion: 'v1',
      time: CREATED,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:metadata': metadata, 'f:spec': spec },
    },
    {
      manager: 'kubelet',
      operation: 'Update',
      apiVersion: 'v1',
      time: CREATED,
      fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:status': {
          'f:conditions': Object.fromEntries(
            ['Ready', 'Initialized', 'ContainersReady', 'PodReadyToStartContainers'].map((type) => [
              `k:{"type":"${type}"}`,
              { '.': {}, ...dots('lastProbeTime', 'lastTransitionTime', 'status', 'type') },
            ]),
          ),
          ...dots('containerStatuses', 'hostIP', 'hostIPs', 'phase', 'podIP', 'podIPs', 'startTime'),
        },
      },
      subresource: 'status',
    },
  ];
}

interface App {
  readonly namespace: string;
  readonly name: string;
  readonly hash: string;
  readonly uid: string;
  readonly setUid: string;
  readonly spec: Fields;
  readonly labels: Readonly<Record<string, string>>;
  readonly account: string;
}

/** Of ten workloads one is left as it comes and one is dangerous; the others are hardened to different degrees. */
function podSpec(random: () => number, name: string, account: string): Fields {
  const care = random();
  const securityContext =
    care < 0.1
      ? { privileged: true }
      : care < 0.3
        ? {}
        : { allowPrivilegeEscalation: false, readOnlyRootFilesystem: care > 0.6, capabilities: { drop: ['ALL'] } };
  const container = (role: string): Fields => ({
    name: role,
    image: `registry.example:5000/team-${String(Math.floor(random() * 9))}/${name}-${role}:${care < 0.2 ? 'latest' : `1.${String(Math.floor(random() * 40))}.0`}`,
    ports: [{ name: 'http', containerPort: 8080, protocol: 'TCP' }],
    env: [
      { name: 'LOG_LEVEL', value: 'info' },
      { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
      ...(random() < 0.3
        ? [{ name: 'DB_PASSWORD', valueFrom: { secretKeyRef: { name: `${name}-db`, key: 'password' } } }]
        : []),
    ],
    resources: { limits: { memory: '256Mi' }, requests: { cpu: '100m', memory: '128Mi' } },
    readinessProbe: {
      httpGet: { path: '/healthz', port: 'http', scheme: 'HTTP' },
      timeoutSeconds: 1,
      periodSeconds: 10,
      successThreshold: 1,
      failureThreshold: 3,
    },
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: 'IfNotPresent',
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }],
    securityContext,
  });
  return {
    volumes: [
      { name: 'tmp', emptyDir: {} },
      ...(care < 0.05 ? [{ name: 'host', hostPath: { path: '/var/log', type: '' } }] : []),
    ],
    containers: random() < 0.25 ? [container('app'), container('proxy')] : [container('app')],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: account,
    serviceAccount: account,
    ...(care > 0.5 ? { automountServiceAccountToken: false } : {}),
    securityContext: care > 0.4 ? { runAsNonRoot: true, runAsUser: 10001 } : {},
    schedulerName: 'default-scheduler',
  };
}

/** The spec of a live pod: what admission and the scheduler add to its template. */
function admitted(spec: Fields, random: () => number, node: string): Fields {
  const name = `kube-api-access-${random().toString(36).slice(2, 7).padEnd(5, 'a')}`;
  const mount = { name, readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' };
  const token = {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
  const isMounted = spec['automountServiceAccountToken'] !== false;
  const containers = spec['containers'] as readonly Fields[];
  return {
    ...spec,
    volumes: [...(spec['volumes'] as readonly Fields[]), ...(isMounted ? [token] : [])],
    containers: isMounted
      ? containers.map((each) => ({ ...each, volumeMounts: [...(each['volumeMounts'] as readonly Fields[]), mount] }))
      : containers,
    nodeName: node,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    enableServiceLinks: true,
    tolerations: ['not-ready', 'unreachable'].map((word) => ({
      key: `node.kubernetes.io/${word}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    })),
  };
}

function status(spec: Fields, random: () => number): Fields {
  const ip = `10.${String(Math.floor(random() * 255))}.${String(Math.floor(random() * 255))}.7`;
  const conditions = ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'];
  return {
    phase: 'Running',
    conditions: conditions.map((type) => ({ type, status: 'True', lastProbeTime: null, lastTransitionTime: CREATED })),
    hostIP: '192.168.0.7',
    hostIPs: [{ ip: '192.168.0.7' }],
    podIP: ip,
    podIPs: [{ ip }],
    startTime: CREATED,
    containerStatuses: (spec['containers'] as readonly Fields[]).map(({ name, image }) => ({
      name,
      state: { running: { startedAt: CREATED } },
      lastState: {},
      ready: true,
      restartCount: 0,
      image,
      imageID: `${String(image)}@sha256:${hex(random, 64)}`,
      containerID: `containerd://${hex(random, 64)}`,
      started: true,
    })),
    qosClass: 'Burstable',
  };
}

/** A pod of an application as a watch tells it. */
export function podOf(app: App, index: number, random: () => number): Fields {
  const spec = admitted(app.spec, random, `node-${String(Math.floor(random() * 200))}`);
  const names = (spec['containers'] as readonly Fields[]).map(({ name }) => String(name));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${app.name}-${app.hash}-${String(index).padStart(5, '0')}`,
      generateName: `${app.name}-${app.hash}-`,
      namespace: app.namespace,
      uid: uid(random),
      resourceVersion: String(Math.floor(random() * 1e9)),
      creationTimestamp: CREATED,
      labels: { ...app.labels, 'pod-template-hash': app.hash },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${app.name}-${app.hash}`,
          uid: app.setUid,
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
      managedFields: managedFields('kube-controller-manager', names),
    },
    spec,
    status: status(spec, random),
  };
}

function workloadsOf(app: App, replicas: number): readonly Fields[] {
  const template = { metadata: { labels: app.labels }, spec: app.spec };
  const common = {
    namespace: app.namespace,
    creationTimestamp: CREATED,
    labels: app.labels,
    managedFields: managedFields('kubectl', ['app']),
  };
  const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', name: app.name };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { ...common, name: app.name, uid: app.uid },
      spec: { replicas, selector: { matchLabels: app.labels }, template },
    },
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        ...common,
        name: `${app.name}-${app.hash}`,
        uid: app.setUid,
        ownerReferences: [
          { ...deployment, apiVersion: 'apps/v1', uid: app.uid, controller: true, blockOwnerDeletion: true },
        ].map(({ apiVersion, kind, name, uid: owner, controller, blockOwnerDeletion }) => ({
          apiVersion,
          kind,
          name,
          uid: owner,
          controller,
          blockOwnerDeletion,
        })),
      },
      spec: { replicas, selector: { matchLabels: app.labels }, template },
    },
  ];
}

function accessOf(app: App, random: () => number): readonly Fields[] {
  const rbac = 'rbac.authorization.k8s.io';
  const metadata = { namespace: app.namespace, name: app.account, creationTimestamp: CREATED };
  const roleRef = { apiGroup: rbac, kind: 'Role', name: app.account };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata,
      rules: [
        { apiGroups: [''], resources: ['configmaps'], verbs: random() < 0.02 ? ['*'] : ['get', 'list', 'watch'] },
      ],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata,
      roleRef,
      subjects: [{ kind: 'ServiceAccount', name: app.account, namespace: app.namespace }],
    },
  ];
}

function namespaceOf(name: string, index: number): readonly Fields[] {
  const level = ['restricted', 'baseline', 'privileged'][index % 4];
  const policy = (named: string, spec: Fields): Fields => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { namespace: name, name: named, creationTimestamp: CREATED },
    spec,
  });
  return [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name,
        labels: {
          'kubernetes.io/metadata.name': name,
          ...(level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level }),
        },
      },
    },
    ...(index % 3 === 0 ? [policy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] })] : []),
    policy('allow-dns', {
      podSelector: { matchExpressions: [{ key: 'app.kubernetes.io/name', operator: 'Exists' }] },
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: 53 }] }],
    }),
  ];
}

export interface Cluster {
  /** In the order of KINDS: as the operator synchronises. */
  readonly lines: readonly Line[];
  readonly pods: number;
  readonly averagePodBytes: number;
  /** One pod in an earlier version, with another status, and on the network of its node. */
  readonly pod: { readonly now: Line; readonly heartbeat: Line; readonly changed: Line };
}

const line = (object: Fields): Line => ({ kind: String(object['kind']), json: Buffer.from(JSON.stringify(object)) });

interface Application {
  /** Its workloads and what its account may do. */
  readonly others: readonly Fields[];
  readonly pods: readonly Fields[];
}

/** A namespace for each five hundred pods. */
const namespacesOf = (pods: number): readonly string[] =>
  Array.from({ length: Math.ceil(pods / 500) }, (_, index) => `team-${String(index)}`);

/** Applications of 1 to 40 replicas that have so many pods together. */
function* applicationsOf(pods: number): Generator<Application, void, undefined> {
  const random = numbers(7);
  const namespaces = namespacesOf(pods);
  for (let index = 0, made = 0; made < pods; index += 1) {
    const namespace = namespaces[index % namespaces.length]!;
    const name = `app-${String(index)}`;
    const account = random() < 0.3 ? 'default' : name;
    const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/version': '1.0.0' };
    const spec = podSpec(random, name, account);
    const app = {
      namespace,
      name,
      hash: hex(random, 10),
      uid: uid(random),
      setUid: uid(random),
      spec,
      labels,
      account,
    };
    const replicas = Math.min(pods - made, 1 + Math.floor(40 * random() ** 3));
    made += replicas;
    const others = [...workloadsOf(app, replicas), ...(account === 'default' ? [] : accessOf(app, random))];
    yield { others, pods: Array.from({ length: replicas }, (_, pod) => podOf(app, pod, random)) };
  }
}

/** The pods of `clusterOf`, one after the other: of any number, only a few are in memory. */
export function* podsOf(pods: number): Generator<Fields, void, undefined> {
  for (const application of applicationsOf(pods)) yield* application.pods;
}

/** Secrets as applications have them: a password, a certificate with its key, or a token. */
export function* secretsOf(count: number): Generator<Fields, void, undefined> {
  const random = numbers(11);
  const namespaces = namespacesOf(count);
  for (let index = 0; index < count; index += 1) {
    const type = ['Opaque', 'kubernetes.io/tls', 'kubernetes.io/service-account-token'][index % 3]!;
    yield {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: {
        name: `secret-${String(index)}`,
        namespace: namespaces[index % namespaces.length],
        uid: uid(random),
        resourceVersion: String(Math.floor(random() * 1e9)),
        creationTimestamp: CREATED,
        labels: { 'app.kubernetes.io/name': `app-${String(index)}`, 'app.kubernetes.io/managed-by': 'Helm' },
        annotations: { 'meta.helm.sh/release-name': `app-${String(index)}` },
      },
      type,
      data: Object.fromEntries(['a', 'b'].map((key) => [key, hex(random, type === 'Opaque' ? 24 : 1600)])),
    };
  }
}

/** A cluster of so many pods, with everything around them. */
export function clusterOf(pods: number): Cluster {
  const applications = [...applicationsOf(pods)];
  const podObjects = applications.flatMap((application) => application.pods);
  const objects = [...namespacesOf(pods).flatMap(namespaceOf), ...applications.flatMap(({ others }) => others)];
  const first = podObjects[0]!;
  const metadata = first['metadata'] as Fields;
  const lines = [...objects, ...podObjects].map(line);
  return {
    lines,
    pods,
    averagePodBytes: Math.round(podObjects.map(line).reduce((sum, { json }) => sum + json.length, 0) / pods),
    pod: {
      now: line(first),
      heartbeat: line({
        ...first,
        metadata: { ...metadata, resourceVersion: '7' },
        status: { ...(first['status'] as Fields), startTime: '2026-03-02T08:00:00Z' },
      }),
      changed: line({ ...first, spec: { ...(first['spec'] as Fields), hostNetwork: true } }),
    },
  };
}
