import { at, nameOf, own, recordAt, recordsAt, textAt, textsAt, type Raw } from './json.ts';
import * as cells from './cells.ts';

const { ageOf, anyText, count, NONE, orNone, status, UNSET } = cells;
const dataCount = (object: Raw): number => cells.keys(object, 'data', 'binaryData');

const ACCESS: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
};
const modes = (object: Raw, ...path: readonly string[]): string =>
  textsAt(object, ...path)
    .map((mode) => ACCESS[mode] ?? mode)
    .join(',');
const fraction = (object: Raw): string =>
  `${String(status(object, 'readyReplicas'))}/${String(count(object, 'spec', 'replicas'))}`;

const deployment: cells.Cells = (object, now) => [
  nameOf(object),
  fraction(object),
  status(object, 'updatedReplicas'),
  status(object, 'availableReplicas'),
  ageOf(object, now),
  ...cells.templateCells(object),
  cells.selectorText(recordAt(object, 'spec', 'selector')),
];

const daemonSet: cells.Cells = (object, now) => [
  nameOf(object),
  ...[
    'desiredNumberScheduled',
    'currentNumberScheduled',
    'numberReady',
    'updatedNumberScheduled',
    'numberAvailable',
  ].map((key) => status(object, key)),
  cells.pairs(recordAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
  ageOf(object, now),
  ...cells.templateCells(object),
  cells.selectorText(recordAt(object, 'spec', 'selector')),
];

const job: cells.Cells = (object, now) => [
  nameOf(object),
  cells.jobStatus(object),
  `${String(status(object, 'succeeded'))}/${String(count(object, 'spec', 'completions'))}`,
  cells.jobDuration(object, now),
  ageOf(object, now),
  ...cells.templateCells(object),
  cells.selectorText(recordAt(object, 'spec', 'selector')),
];

const cronJob: cells.Cells = (object, now) => {
  const last = textAt(object, 'status', 'lastScheduleTime');
  const template = recordAt(object, 'spec', 'jobTemplate');
  return [
    nameOf(object),
    textAt(object, 'spec', 'schedule'),
    orNone(textAt(object, 'spec', 'timeZone')),
    at(object, 'spec', 'suspend') === true ? 'True' : 'False',
    recordsAt(object, 'status', 'active').length,
    last === '' ? NONE : cells.since(last, now),
    ageOf(object, now),
    ...cells.templateCells(template),
    cells.selectorText(recordAt(template, 'spec', 'selector')),
  ];
};

const ingress: cells.Cells = (object, now) => {
  const hosts = recordsAt(object, 'spec', 'rules')
    .map((rule) => textAt(rule, 'host'))
    .filter((host) => host !== '');
  const shown =
    hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${String(hosts.length - 3)} more...` : hosts.join(',');
  const addresses = recordsAt(object, 'status', 'loadBalancer', 'ingress').map(
    (each) => textAt(each, 'ip') || textAt(each, 'hostname'),
  );
  return [
    nameOf(object),
    orNone(textAt(object, 'spec', 'ingressClassName')),
    shown === '' ? '*' : shown,
    addresses.join(','),
    recordsAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
    ageOf(object, now),
  ];
};

const volume: cells.Cells = (object, now) => {
  const claim = recordAt(object, 'spec', 'claimRef');
  return [
    nameOf(object),
    textAt(object, 'spec', 'capacity', 'storage'),
    modes(object, 'spec', 'accessModes'),
    textAt(object, 'spec', 'persistentVolumeReclaimPolicy'),
    textAt(object, 'status', 'phase'),
    textAt(claim, 'name') === '' ? '' : `${textAt(claim, 'namespace')}/${textAt(claim, 'name')}`,
    textAt(object, 'spec', 'storageClassName'),
    textAt(object, 'spec', 'volumeAttributesClassName') || UNSET,
    textAt(object, 'status', 'reason'),
    ageOf(object, now),
    textAt(object, 'spec', 'volumeMode') || UNSET,
  ];
};

const volumeClaim: cells.Cells = (object, now) => {
  const bound = textAt(object, 'spec', 'volumeName') !== '';
  return [
    nameOf(object),
    textAt(object, 'metadata', 'deletionTimestamp') === '' ? textAt(object, 'status', 'phase') : 'Terminating',
    textAt(object, 'spec', 'volumeName'),
    bound ? textAt(object, 'status', 'capacity', 'storage') : '',
    bound ? modes(object, 'status', 'accessModes') : '',
    textAt(object, 'spec', 'storageClassName'),
    textAt(object, 'spec', 'volumeAttributesClassName') || UNSET,
    ageOf(object, now),
    textAt(object, 'spec', 'volumeMode') || UNSET,
  ];
};

const quota: cells.Cells = (object, now) => {
  const used = recordAt(object, 'status', 'used');
  const hard = Object.entries(recordAt(object, 'status', 'hard')).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = (limits: boolean): string =>
    hard
      .filter(([key]) => key.startsWith('limits.') === limits)
      .map(([key, value]) => `${key}: ${anyText(own(used, key), '0')}/${anyText(value, '')}`)
      .join(', ');
  return [nameOf(object), text(false), text(true), ageOf(object, now)];
};

/** The cells of each native kind; a kind that is not here has its name and the moment of its creation. */
export const NATIVE_CELLS: Readonly<Record<string, cells.Cells>> = {
  Namespace: (object, now) => [nameOf(object), textAt(object, 'status', 'phase'), ageOf(object, now)],
  ServiceAccount: (object, now) => [nameOf(object), ageOf(object, now)],
  ConfigMap: (object, now) => [nameOf(object), dataCount(object), ageOf(object, now)],
  Secret: (object, now) => [nameOf(object), textAt(object, 'type'), dataCount(object), ageOf(object, now)],
  NetworkPolicy: (object, now) => [
    nameOf(object),
    cells.selectorText(recordAt(object, 'spec', 'podSelector')),
    ageOf(object, now),
  ],
  IngressClass: (object, now) => {
    const parameters = recordAt(object, 'spec', 'parameters');
    const group = textAt(parameters, 'apiGroup');
    const kind = group === '' ? textAt(parameters, 'kind') : `${textAt(parameters, 'kind')}.${group}`;
    return [
      nameOf(object),
      textAt(object, 'spec', 'controller'),
      kind === '' ? NONE : `${kind}/${textAt(parameters, 'name')}`,
      ageOf(object, now),
    ];
  },
  EndpointSlice: (object, now) => [
    nameOf(object),
    textAt(object, 'addressType'),
    ...cells.endpointTexts(object),
    ageOf(object, now),
  ],
  Lease: (object, now) => [nameOf(object), textAt(object, 'spec', 'holderIdentity'), ageOf(object, now)],
  PodDisruptionBudget: (object, now) => [
    nameOf(object),
    anyText(at(object, 'spec', 'minAvailable'), 'N/A'),
    anyText(at(object, 'spec', 'maxUnavailable'), 'N/A'),
    status(object, 'disruptionsAllowed'),
    ageOf(object, now),
  ],
  StatefulSet: (object, now) => [nameOf(object), fraction(object), ageOf(object, now), ...cells.templateCells(object)],
  StorageClass: (object, now) => [
    at(object, 'metadata', 'annotations', 'storageclass.kubernetes.io/is-default-class') === 'true'
      ? `${nameOf(object)} (default)`
      : nameOf(object),
    textAt(object, 'provisioner'),
    textAt(object, 'reclaimPolicy'),
    textAt(object, 'volumeBindingMode'),
    at(object, 'allowVolumeExpansion') === true,
    ageOf(object, now),
  ],
  ControllerRevision: (object, now) => {
    const owner = recordsAt(object, 'metadata', 'ownerReferences').find((each) => each['controller'] === true);
    const group = textAt(owner, 'apiVersion').split('/')[0] ?? '';
    const text =
      owner === undefined ? NONE : `${textAt(owner, 'kind').toLowerCase()}.${group}/${textAt(owner, 'name')}`;
    return [nameOf(object), text, at(object, 'revision'), ageOf(object, now)];
  },
  Endpoints: (object, now) => [nameOf(object), endpointsText(object), ageOf(object, now)],
  Pod: cells.pod,
  Node: cells.node,
  Service: cells.service,
  Deployment: deployment,
  DaemonSet: daemonSet,
  ReplicaSet: cells.replicas,
  ReplicationController: cells.replicas,
  Job: job,
  CronJob: cronJob,
  Ingress: ingress,
  RoleBinding: cells.binding,
  ClusterRoleBinding: cells.binding,
  PersistentVolume: volume,
  PersistentVolumeClaim: volumeClaim,
  ResourceQuota: quota,
  Event: cells.eventCells,
};

function endpointsText(object: Raw): string {
  const all = recordsAt(object, 'subsets').flatMap((subset) =>
    recordsAt(subset, 'addresses').flatMap((address) =>
      recordsAt(subset, 'ports').map((port) => `${textAt(address, 'ip')}:${anyText(port['port'], '')}`),
    ),
  );
  const shown = all.slice(0, 3).join(',');
  return all.length > 3 ? `${shown} + ${String(all.length - 3)} more...` : orNone(shown);
}
