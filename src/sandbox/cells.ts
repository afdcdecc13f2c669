import { at, labelsOf, nameOf, numberAt, recordAt, recordsAt, textAt, textsAt, type Raw } from './json.ts';

/** The cells of a row, in the order of the columns of the kind. */
export type Cells = (object: Raw, now: Date) => readonly unknown[];

const NONE = '<none>';
const UNSET = '<unset>';
const orNone = (text: string): string => (text === '' ? NONE : text);

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${String(big)}${bigUnit}` : `${String(big)}${bigUnit}${String(small)}${smallUnit}`;
}

function hoursText(hours: number, minutes: number): string {
  const days = Math.floor(hours / 24);
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${String(hours)}h`;
  if (days < 8) return pair(days, 'd', hours % 24, 'h');
  if (days < 730) return `${String(days)}d`;
  return days < 2920 ? pair(Math.floor(days / 365), 'y', days % 365, 'd') : `${String(Math.floor(days / 365))}y`;
}

/** A duration as kubectl shows ages: `5s`, `2m30s`, `3h`, `12d`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds < -1) return '<invalid>';
  if (seconds < 120) return `${String(Math.max(0, seconds))}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's');
  return minutes < 180 ? `${String(minutes)}m` : hoursText(Math.floor(minutes / 60), minutes);
}

export function since(moment: string, now: Date): string {
  const then = Date.parse(moment);
  return Number.isNaN(then) ? '<unknown>' : humanDuration(now.getTime() - then);
}

export const ageOf = (object: Raw, now: Date): string => since(textAt(object, 'metadata', 'creationTimestamp'), now);

const pairs = (labels: Raw): string =>
  orNone(
    Object.entries(labels)
      .map(([key, value]) => `${key}=${String(value)}`)
      .sort()
      .join(','),
  );

function selectorText(selector: Raw): string {
  const labels = Object.entries(recordAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`);
  const expressions = recordsAt(selector, 'matchExpressions').map((each) => {
    const key = textAt(each, 'key');
    const values = textsAt(each, 'values').toSorted().join(',');
    const operator = textAt(each, 'operator');
    if (operator === 'Exists') return key;
    return operator === 'DoesNotExist' ? `!${key}` : `${key} ${operator.toLowerCase()} (${values})`;
  });
  return orNone([...labels, ...expressions].sort().join(','));
}

const templateCells = (object: Raw): readonly string[] => {
  const containers = recordsAt(object, 'spec', 'template', 'spec', 'containers');
  return [
    containers.map((each) => textAt(each, 'name')).join(','),
    containers.map((each) => textAt(each, 'image')).join(','),
  ];
};

const count = (object: Raw, ...path: readonly string[]): number => numberAt(object, ...path) ?? 0;
const status = (object: Raw, key: string): number => count(object, 'status', key);

function podReason(pod: Raw): string {
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== '') return 'Terminating';
  const waiting = recordsAt(pod, 'status', 'containerStatuses')
    .map((each) => textAt(each, 'state', 'waiting', 'reason') || textAt(each, 'state', 'terminated', 'reason'))
    .find((reason) => reason !== '');
  return waiting ?? (textAt(pod, 'status', 'reason') || textAt(pod, 'status', 'phase'));
}

const pod: Cells = (object, now) => {
  const statuses = recordsAt(object, 'status', 'containerStatuses');
  const ready = statuses.filter((each) => each['ready'] === true).length;
  const restarts = statuses.reduce((sum, each) => sum + count(each, 'restartCount'), 0);
  const total = recordsAt(object, 'spec', 'containers').length;
  return [
    nameOf(object),
    `${String(ready)}/${String(total)}`,
    podReason(object),
    String(restarts),
    ageOf(object, now),
    orNone(textAt(object, 'status', 'podIP')),
    orNone(textAt(object, 'spec', 'nodeName')),
    orNone(textAt(object, 'status', 'nominatedNodeName')),
    NONE,
  ];
};

function externalIp(service: Raw): string {
  const outside = textsAt(service, 'spec', 'externalIPs');
  const type = textAt(service, 'spec', 'type');
  if (type === 'ExternalName') return textAt(service, 'spec', 'externalName');
  if (type !== 'LoadBalancer') return orNone(outside.join(','));
  const given = recordsAt(service, 'status', 'loadBalancer', 'ingress').map(
    (each) => textAt(each, 'ip') || textAt(each, 'hostname'),
  );
  return [...given, ...outside].join(',') || '<pending>';
}

const portText = (port: Raw): string => {
  const node = count(port, 'nodePort');
  return `${String(count(port, 'port'))}${node === 0 ? '' : `:${String(node)}`}/${textAt(port, 'protocol')}`;
};

const service: Cells = (object, now) => [
  nameOf(object),
  textAt(object, 'spec', 'type'),
  orNone(textAt(object, 'spec', 'clusterIP')),
  externalIp(object),
  orNone(recordsAt(object, 'spec', 'ports').map(portText).join(',')),
  ageOf(object, now),
  pairs(recordAt(object, 'spec', 'selector')),
];

function nodeStatus(node: Raw): string {
  const ready = recordsAt(node, 'status', 'conditions').find((each) => each['type'] === 'Ready');
  const word = ready === undefined ? 'Unknown' : ready['status'] === 'True' ? 'Ready' : 'NotReady';
  return at(node, 'spec', 'unschedulable') === true ? `${word},SchedulingDisabled` : word;
}

const ROLE = 'node-role.kubernetes.io/';
const nodeRoles = (node: Raw): string =>
  orNone(
    Object.keys(labelsOf(node))
      .filter((key) => key.startsWith(ROLE))
      .map((key) => key.slice(ROLE.length))
      .sort()
      .join(','),
  );

const address = (node: Raw, type: string): string =>
  orNone(
    textAt(
      recordsAt(node, 'status', 'addresses').find((each) => each['type'] === type),
      'address',
    ),
  );

const node: Cells = (object, now) => {
  const info = recordAt(object, 'status', 'nodeInfo');
  const known = (key: string): string => textAt(info, key) || '<unknown>';
  return [
    nameOf(object),
    nodeStatus(object),
    nodeRoles(object),
    ageOf(object, now),
    textAt(info, 'kubeletVersion'),
    address(object, 'InternalIP'),
    address(object, 'ExternalIP'),
    known('osImage'),
    known('kernelVersion'),
    known('containerRuntimeVersion'),
  ];
};

const replicas: Cells = (object, now) => [
  nameOf(object),
  count(object, 'spec', 'replicas'),
  status(object, 'replicas'),
  status(object, 'readyReplicas'),
  ageOf(object, now),
  ...templateCells(object),
  textAt(object, 'kind') === 'ReplicationController'
    ? pairs(recordAt(object, 'spec', 'selector'))
    : selectorText(recordAt(object, 'spec', 'selector')),
];

function jobStatus(job: Raw): string {
  const holds = (type: string): boolean =>
    recordsAt(job, 'status', 'conditions').some((each) => each['type'] === type && each['status'] === 'True');
  if (holds('Complete')) return 'Complete';
  if (holds('Failed')) return 'Failed';
  if (textAt(job, 'metadata', 'deletionTimestamp') !== '') return 'Terminating';
  return holds('Suspended') ? 'Suspended' : 'Running';
}

function jobDuration(job: Raw, now: Date): string {
  const start = Date.parse(textAt(job, 'status', 'startTime'));
  const end = Date.parse(textAt(job, 'status', 'completionTime'));
  if (Number.isNaN(start)) return '';
  return humanDuration((Number.isNaN(end) ? now.getTime() : end) - start);
}

const subjects = (binding: Raw, kind: string): string =>
  recordsAt(binding, 'subjects')
    .filter((each) => each['kind'] === kind)
    .map((each) =>
      kind === 'ServiceAccount' ? `${textAt(each, 'namespace')}/${textAt(each, 'name')}` : textAt(each, 'name'),
    )
    .join(', ');

const binding: Cells = (object, now) => [
  nameOf(object),
  `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`,
  ageOf(object, now),
  ...['User', 'Group', 'ServiceAccount'].map((kind) => subjects(object, kind)),
];

const keys = (object: Raw, ...fields: readonly string[]): number =>
  fields.reduce((sum, key) => sum + Object.keys(recordAt(object, key)).length, 0);

function endpointTexts(slice: Raw): readonly string[] {
  const more = (texts: readonly string[], unset: string): string => {
    if (texts.length === 0) return unset;
    const shown = texts.slice(0, 3).join(',');
    return texts.length > 3 ? `${shown} + ${String(texts.length - 3)} more...` : shown;
  };
  const ports = recordsAt(slice, 'ports').map((port) => String((port['port'] as number | undefined) ?? '*'));
  const addresses = recordsAt(slice, 'endpoints').flatMap((each) => textsAt(each, 'addresses'));
  return [more(ports, UNSET), more(addresses, UNSET)];
}

const anyText = (value: unknown, fallback: string): string =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : fallback;

function eventCells(event: Raw, now: Date): readonly unknown[] {
  const about = recordAt(event, 'involvedObject');
  const last =
    textAt(event, 'lastTimestamp') || textAt(event, 'eventTime') || textAt(event, 'metadata', 'creationTimestamp');
  const first =
    textAt(event, 'firstTimestamp') || textAt(event, 'eventTime') || textAt(event, 'metadata', 'creationTimestamp');
  const host = textAt(event, 'source', 'host');
  const source = textAt(event, 'source', 'component') || textAt(event, 'reportingComponent');
  return [
    since(last, now),
    textAt(event, 'type'),
    textAt(event, 'reason'),
    `${textAt(about, 'kind').toLowerCase()}/${textAt(about, 'name')}`,
    textAt(about, 'fieldPath'),
    host === '' ? source : `${source}, ${host}`,
    textAt(event, 'message').trim(),
    since(first, now),
    String(numberAt(event, 'count') ?? 1),
    nameOf(event),
  ];
}

export {
  anyText,
  binding,
  count,
  endpointTexts,
  eventCells,
  jobDuration,
  jobStatus,
  keys,
  node,
  orNone,
  pairs,
  NONE,
  UNSET,
};
export { pod, replicas, selectorText, service, status, templateCells };
