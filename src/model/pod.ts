import { annotations, labels, metadata } from './metadata.ts';
import { amounts } from './amount.ts';
import { unusualSources } from './volume-source.ts';
import {
  filled,
  flag,
  list,
  moment,
  number,
  or,
  present,
  said,
  slots,
  struct,
  text,
  type Reader,
  type Shaped,
} from './shape.ts';

const capabilities = struct({ add: list(text), drop: list(text) });

const profile = struct({ type: or(text, '') });

/** What a pod says for all its containers and each container may say for itself. */
const inheritable = {
  runAsNonRoot: flag,
  runAsUser: number,
  runAsGroup: number,
  seccompProfile: profile,
  appArmorProfile: profile,
  seLinuxOptions: filled(struct({ user: text, role: text, type: text })),
  windowsOptions: struct({ runAsUserName: text, hostProcess: flag }),
};

const containerSecurityContext = struct({
  ...inheritable,
  privileged: flag,
  allowPrivilegeEscalation: flag,
  readOnlyRootFilesystem: flag,
  procMount: text,
  capabilities,
});

const podSecurityContext = struct({
  ...inheritable,
  fsGroup: number,
  supplementalGroups: list(number),
  sysctls: slots(struct({ name: or(text, '') }), { name: '' }),
});

export type SecurityContext = Shaped<typeof containerSecurityContext> | Shaped<typeof podSecurityContext>;

const resources = struct({ limits: amounts, requests: amounts });

export type Resources = Shaped<typeof resources>;

/** Of a probe or hook only whom it asks is kept: the headers of a request may hold credentials. */
const asked = filled(struct({ host: text }));
const handler = filled(struct({ httpGet: asked, tcpSocket: asked }));

export type Handler = Shaped<typeof handler>;

/** Where the value of a variable comes from. The literal value itself is not in the shape: it stops at the shrinker. */
const variable = struct({
  name: or(text, ''),
  valueFrom: struct({ secretKeyRef: struct({ name: or(text, ''), key: or(text, '') }) }),
});

const container = struct({
  name: or(text, ''),
  image: text,
  imagePullPolicy: text,
  ports: slots(struct({ name: text, protocol: text, containerPort: number, hostPort: number, hostIP: text }), {}),
  resources,
  livenessProbe: handler,
  readinessProbe: handler,
  startupProbe: handler,
  lifecycle: filled(struct({ postStart: handler, preStop: handler })),
  /** Kept for control-plane components only (the shrinker drops it elsewhere: it may hold credentials). */
  command: list(text),
  args: list(text),
  env: slots(variable, { name: '' }),
  envFrom: slots(struct({ secretRef: struct({ name: or(text, '') }) }), {}),
  volumeMounts: slots(struct({ name: or(text, ''), mountPath: or(text, ''), readOnly: flag }), {
    name: '',
    mountPath: '',
  }),
  volumeDevices: list(present),
  securityContext: said(containerSecurityContext),
  restartPolicy: text,
});

/** A tool of administrators. */
export type Tool = 'ssh' | 'sudo';

export type Container = Shaped<typeof container> & {
  /** What the shrinker saw in the command line, of which it keeps nothing else. */
  readonly tools?: readonly Tool[];
};

const projectedSource = struct({
  serviceAccountToken: struct({ audience: text, expirationSeconds: number }),
  secret: struct({ name: text }),
});

const statedVolume = struct({
  name: or(text, ''),
  hostPath: struct({ path: or(text, '') }),
  image: struct({ reference: text }),
  persistentVolumeClaim: struct({ claimName: or(text, '') }),
  projected: struct({ sources: slots(projectedSource, {}) }),
  secret: struct({ secretName: text }),
});

export type Volume = Shaped<typeof statedVolume> & {
  /** The sources that the restricted level does not allow, hostPath aside. */
  readonly unusual?: readonly string[];
};

const volume: Reader<Volume | undefined> = (raw, trail) => {
  const read = statedVolume(raw, trail);
  const unusual = unusualSources(raw);
  return read === undefined || unusual.length === 0 ? read : { ...read, unusual };
};

const containers: Reader<readonly Container[] | undefined> = slots(container, { name: '' });

const podSpec = struct({
  containers: or(containers, []),
  initContainers: containers,
  ephemeralContainers: containers,
  volumes: slots(volume, { name: '' }),
  imagePullSecrets: list(present),
  serviceAccountName: text,
  /** The old spelling of serviceAccountName; the shrinker folds it in. */
  serviceAccount: text,
  automountServiceAccountToken: flag,
  hostNetwork: flag,
  hostPID: flag,
  hostIPC: flag,
  hostUsers: flag,
  shareProcessNamespace: flag,
  resources,
  os: struct({ name: text }),
  /** The shrinker moves it to the pod: equal pods share one spec, wherever they run. */
  nodeName: text,
  nodeSelector: labels,
  securityContext: said(podSecurityContext),
});

export type PodSpec = Shaped<typeof podSpec>;

const EMPTY_SPEC: PodSpec = { containers: [], nodeSelector: {} };

export const podTemplate = struct({
  metadata: or(struct({ labels, annotations }), { labels: {}, annotations: {} }),
  spec: or(podSpec, EMPTY_SPEC),
});

export type PodTemplate = Shaped<typeof podTemplate>;

/** Of the image that runs only the digest is kept; without one it is nothing to compare. */
const runningDigest: Reader<string | undefined> = (raw, trail) => {
  const [, digest] = text(raw, trail)?.split('@') ?? [];
  return digest;
};

const status = { name: or(text, ''), imageID: runningDigest };
const containerStatuses = list(struct(status));
const debuggingStatuses = list(struct({ ...status, state: struct({ running: struct({ startedAt: moment }) }) }));

export const pod = struct({
  metadata,
  spec: or(podSpec, EMPTY_SPEC),
  nodeName: text,
  status: struct({
    phase: text,
    podIP: text,
    podIPs: list(struct({ ip: text })),
    hostIP: text,
    containerStatuses,
    initContainerStatuses: containerStatuses,
    ephemeralContainerStatuses: debuggingStatuses,
  }),
});

const templateSpec = struct({ template: podTemplate });

export const workload = struct({ metadata, spec: templateSpec });
export const cronJob = struct({ metadata, spec: struct({ jobTemplate: struct({ spec: templateSpec }) }) });

export const serviceAccount = struct({
  metadata,
  automountServiceAccountToken: flag,
  /** Of old, the Secrets that its pods were given. */
  secrets: list(struct({ name: or(text, '') })),
});

export const persistentVolumeClaim = struct({ metadata, spec: struct({ volumeName: text }) });
export const persistentVolume = struct({
  metadata,
  spec: struct({
    hostPath: struct({ path: or(text, '') }),
    local: struct({ path: or(text, '') }),
    csi: struct({ driver: or(text, '') }),
    claimRef: struct({ namespace: or(text, ''), name: or(text, '') }),
  }),
});
