import { defaultCrd } from './crd.ts';
import { at, isList, nameOf, own, put, recordAt, recordsAt, textAt, uidOf, type Raw } from './json.ts';
import { over, overEach, podSpec, withDefaults } from './pod-defaults.ts';

type Step = (object: Raw) => Raw;

const spec =
  (map: Step): Step =>
  (object) =>
    over(object, 'spec', map);

/** A workload: its own spec, then the spec of its pod template. */
const workload = (defaults: Raw, more: Step = (value) => value): Step =>
  spec((value) =>
    more(
      withDefaults(
        over(value, 'template', (template) => over(template, 'spec', (pod) => podSpec(pod, false))),
        defaults,
      ),
    ),
  );

const JOB = {
  completions: 1,
  parallelism: 1,
  backoffLimit: 6,
  completionMode: 'NonIndexed',
  suspend: false,
  podReplacementPolicy: 'TerminatingOrFailed',
  manualSelector: false,
};

function rolling(defaults: Raw): Step {
  return (strategy) => {
    const typed = withDefaults(strategy, { type: 'RollingUpdate' });
    if (typed['type'] !== 'RollingUpdate') return typed;
    return { ...typed, rollingUpdate: withDefaults(recordAt(typed, 'rollingUpdate'), defaults) };
  };
}

function jobDefaults(value: Raw): Raw {
  const many = own(value, 'parallelism') !== undefined && own(value, 'completions') === undefined;
  const { completions, ...rest } = JOB;
  return withDefaults(value, many ? rest : { completions, ...rest });
}

function servicePort(port: Raw): Raw {
  return withDefaults(port, { protocol: 'TCP', targetPort: port['port'] });
}

function serviceDefaults(value: Raw): Raw {
  const typed = withDefaults(overEach(value, 'ports', servicePort), { sessionAffinity: 'None', type: 'ClusterIP' });
  const outside = typed['type'] === 'NodePort' || typed['type'] === 'LoadBalancer';
  return withDefaults(typed, {
    ...(typed['type'] === 'ExternalName' ? {} : { internalTrafficPolicy: 'Cluster' }),
    ...(outside ? { externalTrafficPolicy: 'Cluster' } : {}),
    ...(typed['type'] === 'LoadBalancer' ? { allocateLoadBalancerNodePorts: true } : {}),
    ...(typed['sessionAffinity'] === 'ClientIP'
      ? { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } }
      : {}),
  });
}

function policyDefaults(value: Raw): Raw {
  const ports = (rule: Raw): Raw => overEach(rule, 'ports', (port) => withDefaults(port, { protocol: 'TCP' }));
  const egress = recordsAt(value, 'egress').length > 0 ? ['Egress'] : [];
  const ruled = overEach(overEach(value, 'ingress', ports), 'egress', ports);
  return withDefaults(ruled, { policyTypes: ['Ingress', ...egress] });
}

const RBAC = 'rbac.authorization.k8s.io';

function bindingDefaults(binding: Raw): Raw {
  const subject = (value: Raw): Raw => {
    const group = value['kind'] === 'User' || value['kind'] === 'Group' ? RBAC : undefined;
    return group === undefined ? value : withDefaults(value, { apiGroup: group });
  };
  return over(overEach(binding, 'subjects', subject), 'roleRef', (ref) =>
    textAt(ref, 'apiGroup') === '' ? { ...ref, apiGroup: RBAC } : ref,
  );
}

function secretDefaults(secret: Raw): Raw {
  const { stringData, ...rest } = secret;
  const encoded = Object.entries(recordAt({ stringData }, 'stringData')).map(
    ([key, value]) => [key, Buffer.from(String(value)).toString('base64')] as const,
  );
  const typed = withDefaults(rest, { type: 'Opaque' });
  return encoded.length === 0
    ? typed
    : { ...typed, data: { ...recordAt(typed, 'data'), ...Object.fromEntries(encoded) } };
}

function namespaceDefaults(namespace: Raw): Raw {
  return put(namespace, ['metadata', 'labels', 'kubernetes.io/metadata.name'], nameOf(namespace));
}

const claim = spec((value) => withDefaults(value, { volumeMode: 'Filesystem' }));

function statefulSetMore(value: Raw): Raw {
  return overEach(over(value, 'updateStrategy', rolling({ partition: 0 })), 'volumeClaimTemplates', (template) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    ...put(claim(template), ['status'], { phase: 'Pending' }),
  }));
}

/** A ReplicationController selects by the labels of its template when it does not say otherwise. */
function controllerDefaults(controller: Raw): Raw {
  const template = recordAt(controller, 'spec', 'template', 'metadata', 'labels');
  const selected = spec((value) => withDefaults(value, { selector: template }))(controller);
  return at(selected, 'metadata', 'labels') === undefined ? put(selected, ['metadata', 'labels'], template) : selected;
}

function limitRangeItem(item: Raw): Raw {
  if (item['type'] !== 'Container') return item;
  const limits = withDefaults(recordAt(item, 'default'), recordAt(item, 'max'));
  const asked = withDefaults(withDefaults(recordAt(item, 'defaultRequest'), limits), recordAt(item, 'min'));
  return {
    ...item,
    ...(Object.keys(limits).length > 0 ? { default: limits } : {}),
    ...(Object.keys(asked).length > 0 ? { defaultRequest: asked } : {}),
  };
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

/** A field of the past that lives on as an annotation. */
function noteGeneration(set: Raw): Raw {
  if (at(set, 'metadata', 'annotations', TEMPLATE_GENERATION) !== undefined) return set;
  return put(set, ['metadata', 'annotations', TEMPLATE_GENERATION], '1');
}

/** Go writes an absent list without omitempty as null. */
const nullRules = (role: Raw): Raw => (hasItems(role, 'rules') ? role : { ...role, rules: null });

const DEFAULTS: Readonly<Record<string, Step>> = {
  Pod: spec((value) => podSpec(value, true)),
  Deployment: workload({ replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 }, (value) =>
    over(value, 'strategy', rolling({ maxUnavailable: '25%', maxSurge: '25%' })),
  ),
  StatefulSet: workload(
    {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    },
    statefulSetMore,
  ),
  DaemonSet: (object) =>
    workload({ revisionHistoryLimit: 10 }, (value) =>
      over(value, 'updateStrategy', rolling({ maxUnavailable: 1, maxSurge: 0 })),
    )(noteGeneration(object)),
  Role: (object) => nullRules(object),
  ClusterRole: (object) => nullRules(object),
  CustomResourceDefinition: defaultCrd,
  PodDisruptionBudget: (object) =>
    over(object, 'status', (status) =>
      withDefaults(status, { currentHealthy: 0, desiredHealthy: 0, disruptionsAllowed: 0, expectedPods: 0 }),
    ),
  ReplicaSet: workload({ replicas: 1 }),
  ReplicationController: (object) => workload({ replicas: 1 })(controllerDefaults(object)),
  Job: workload({}, jobDefaults),
  CronJob: spec((value) =>
    withDefaults(
      over(value, 'jobTemplate', (template) => workload({})(template)),
      { concurrencyPolicy: 'Allow', suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 },
    ),
  ),
  Service: spec(serviceDefaults),
  Namespace: namespaceDefaults,
  NetworkPolicy: spec(policyDefaults),
  RoleBinding: bindingDefaults,
  ClusterRoleBinding: bindingDefaults,
  Secret: secretDefaults,
  PersistentVolume: spec((value) =>
    withDefaults(
      over(value, 'hostPath', (source) => withDefaults(source, { type: '' })),
      { volumeMode: 'Filesystem', persistentVolumeReclaimPolicy: 'Retain' },
    ),
  ),
  PersistentVolumeClaim: claim,
  StorageClass: (object) => withDefaults(object, { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }),
  EndpointSlice: (object) => overEach(object, 'ports', (port) => withDefaults(port, { name: '', protocol: 'TCP' })),
  LimitRange: spec((value) => overEach(value, 'limits', limitRangeItem)),
};

/** A native object with the defaults that the API machinery of Kubernetes sets, as far as one meets them daily. */
export function defaultNative(kind: string, object: Raw): Raw {
  const step = own(DEFAULTS, kind);
  return typeof step === 'function' ? (step as Step)(object) : object;
}

/** A Job selects its pods by its own uid, unless it says that it selects itself. */
export function jobSelector(job: Raw): Raw {
  if (at(job, 'spec', 'manualSelector') === true) return job;
  const uid = uidOf(job);
  const labels = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': nameOf(job),
    'controller-uid': uid,
    'job-name': nameOf(job),
  };
  const path = ['spec', 'template', 'metadata', 'labels'];
  const labelled = put(job, path, { ...recordAt(job, ...path), ...labels });
  const own = at(labelled, 'metadata', 'labels');
  const named = own === undefined ? put(labelled, ['metadata', 'labels'], recordAt(labelled, ...path)) : labelled;
  return put(named, ['spec', 'selector'], { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } });
}

/** Whether a list at the path has items. */
export const hasItems = (object: Raw, ...path: readonly string[]): boolean => {
  const found = at(object, ...path);
  return isList(found) && found.length > 0;
};
