import { isRecord, mapValues, own, put, recordAt, recordsAt, textAt, type Raw } from './json.ts';

/** The object with values for what it lacks. */
export const withDefaults = (object: Raw, defaults: Raw): Raw => {
  const missing = Object.entries(defaults).filter(([key]) => !Object.hasOwn(object, key));
  return missing.length === 0 ? object : { ...object, ...Object.fromEntries(missing) };
};

/** The object with one field mapped, when it is there. */
export function over(object: Raw, key: string, map: (value: Raw) => Raw): Raw {
  const value = own(object, key);
  return isRecord(value) ? { ...object, [key]: map(value) } : object;
}

export function overEach(object: Raw, key: string, map: (value: Raw) => Raw): Raw {
  const value = own(object, key);
  if (!Array.isArray(value)) return object;
  return { ...object, [key]: value.map((item: unknown) => (isRecord(item) ? map(item) : item)) };
}

function pullPolicy(image: string): string {
  const tag = /:([^:/@]+)(@.*)?$/.exec(image)?.[1];
  return !image.includes('@') && (tag === undefined || tag === 'latest') ? 'Always' : 'IfNotPresent';
}

const httpGet = (handler: Raw): Raw =>
  over(handler, 'httpGet', (get) => withDefaults(get, { path: '/', scheme: 'HTTP' }));

const probe = (value: Raw): Raw =>
  over(
    withDefaults(httpGet(value), { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
    'grpc',
    (grpc) => withDefaults(grpc, { service: '' }),
  );

const fieldRef = (value: Raw): Raw => over(value, 'fieldRef', (ref) => withDefaults(ref, { apiVersion: 'v1' }));

function requests(resources: Raw): Raw {
  const limits = own(resources, 'limits');
  if (!isRecord(limits)) return resources;
  return put(resources, ['requests'], withDefaults(recordAt(resources, 'requests'), limits));
}

function container(value: Raw, inPod: boolean): Raw {
  let result = withDefaults(value, {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicy(textAt(value, 'image')),
  });
  for (const key of ['livenessProbe', 'readinessProbe', 'startupProbe']) result = over(result, key, probe);
  result = over(result, 'lifecycle', (hooks) => mapValues(hooks, (hook) => (isRecord(hook) ? httpGet(hook) : hook)));
  result = overEach(result, 'env', (env) => over(env, 'valueFrom', fieldRef));
  return inPod ? over(result, 'resources', requests) : result;
}

const mode = (source: Raw): Raw => withDefaults(source, { defaultMode: 420 });
const items = (source: Raw): Raw => overEach(source, 'items', fieldRef);

const VOLUME_SOURCES: Readonly<Record<string, (source: Raw) => Raw>> = {
  secret: mode,
  configMap: mode,
  downwardAPI: (source) => mode(items(source)),
  hostPath: (source) => withDefaults(source, { type: '' }),
  projected: (source) =>
    mode(
      overEach(source, 'sources', (each) =>
        over(over(each, 'downwardAPI', items), 'serviceAccountToken', (token) =>
          withDefaults(token, { expirationSeconds: 3600 }),
        ),
      ),
    ),
};

function volume(value: Raw): Raw {
  let result = Object.keys(value).length <= 1 ? { ...value, emptyDir: {} } : value;
  for (const [key, map] of Object.entries(VOLUME_SOURCES)) result = over(result, key, map);
  return result;
}

function hostPorts(spec: Raw): Raw {
  if (spec['hostNetwork'] !== true) return spec;
  return overEach(spec, 'containers', (each) =>
    overEach(each, 'ports', (port) => withDefaults(port, { hostPort: port['containerPort'] })),
  );
}

/** The serviceAccount field is the deprecated twin of serviceAccountName: the server writes both. */
function accounts(spec: Raw): Raw {
  const name = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount');
  return name === '' ? spec : { ...spec, serviceAccountName: name, serviceAccount: name };
}

/** A pod spec with the defaults that every pod template gets; those of a Pod itself on top when it is one. */
export function podSpec(spec: Raw, inPod: boolean): Raw {
  let result = withDefaults(accounts(spec), {
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    schedulerName: 'default-scheduler',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    ...(inPod ? { enableServiceLinks: true } : {}),
  });
  for (const key of ['containers', 'initContainers', 'ephemeralContainers'])
    result = overEach(result, key, (each) => container(each, inPod && key !== 'ephemeralContainers'));
  return hostPorts(overEach(result, 'volumes', volume));
}

const TOLERATIONS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];

/** What the admission plugins Priority and DefaultTolerationSeconds add to a Pod. */
export function admitPod(pod: Raw): Raw {
  return over(pod, 'spec', (spec) => {
    const present = recordsAt(spec, 'tolerations');
    const missing = TOLERATIONS.filter(
      (key) =>
        !present.some((each) => each['key'] === key || (each['key'] === undefined && each['operator'] === 'Exists')),
    );
    const added = missing.map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
    return {
      ...withDefaults(spec, { priority: 0, preemptionPolicy: 'PreemptLowerPriority' }),
      tolerations: [...present, ...added],
    };
  });
}

function guaranteed(resources: Raw): boolean {
  const limits = recordAt(resources, 'limits');
  const asked = recordAt(resources, 'requests');
  return ['cpu', 'memory'].every((key) => limits[key] !== undefined && limits[key] === asked[key]);
}

/** The quality of service class, as the server writes it into the status. */
export function qosClass(pod: Raw): string {
  const all = [...recordsAt(pod, 'spec', 'containers'), ...recordsAt(pod, 'spec', 'initContainers')];
  const resources = all.map((each) => recordAt(each, 'resources'));
  const none = resources.every(
    (each) => Object.keys(recordAt(each, 'limits')).length + Object.keys(recordAt(each, 'requests')).length === 0,
  );
  if (none) return 'BestEffort';
  return resources.every(guaranteed) ? 'Guaranteed' : 'Burstable';
}
