import { labelsOf, own, recordAt, recordsAt, textAt, textsAt, type Raw } from './json.ts';
import { badRequest, type ApiError } from './status.ts';
import type { Resource } from './resource.ts';

export type Test = (object: Raw) => boolean;
type LabelTest = (labels: Raw) => boolean;

const NAME = /^([A-Za-z0-9.-]+\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

function unparsable(text: string, why: string): ApiError {
  return badRequest(`unable to parse requirement: ${why}: ${JSON.stringify(text)}`);
}

function setTest(key: string, operator: string, values: readonly string[]): LabelTest {
  return (labels) => {
    const value = own(labels, key);
    const inside = typeof value === 'string' && values.includes(value);
    return operator === 'in' ? inside : !inside;
  };
}

/** The three ways to write a requirement, most special first. */
const REQUIREMENTS: readonly (readonly [RegExp, (key: string, operator: string, value: string) => LabelTest])[] = [
  [
    /^([^\s!=]+)\s+(in|notin)\s*\(([^)]*)\)$/,
    (key, operator, values) =>
      setTest(
        key,
        operator,
        values.split(',').map((value) => value.trim()),
      ),
  ],
  [
    /^([^\s!=]+)\s*(==|=|!=)\s*([^\s!=]*)$/,
    (key, operator, value) => setTest(key, operator === '!=' ? 'notin' : 'in', [value]),
  ],
  [
    /^(!?)\s*([^\s!=]+)$/,
    (not, key) => {
      if (!NAME.test(key)) throw unparsable(key, 'invalid label selector');
      return (labels) => (own(labels, key) === undefined) === (not === '!');
    },
  ],
];

function labelTest(part: string): LabelTest {
  for (const [pattern, make] of REQUIREMENTS) {
    const match = pattern.exec(part);
    if (match !== null) return make(match[1] ?? '', match[2] ?? '', match[3] ?? '');
  }
  if (/=[^=]+=/.test(part)) throw badRequest(`found '=', expected: ',' or 'end of string'`);
  throw unparsable(part, 'invalid label selector');
}

/** The parts of a selector: commas inside parentheses separate values. */
const split = (selector: string): readonly string[] =>
  (selector.match(/(?:[^,(]|\([^)]*\)?)+/g) ?? []).map((part) => part.trim()).filter((part) => part !== '');

/** The test of `labelSelector=…`. */
export function labelSelector(selector: string): Test {
  const tests = split(selector).map(labelTest);
  return (object) => tests.every((test) => test(labelsOf(object)));
}

function expressionTest(expression: Raw): LabelTest {
  const key = textAt(expression, 'key');
  const values = textsAt(expression, 'values');
  switch (textAt(expression, 'operator')) {
    case 'In':
      return setTest(key, 'in', values);
    case 'NotIn':
      return setTest(key, 'notin', values);
    case 'Exists':
      return (labels) => own(labels, key) !== undefined;
    default:
      return (labels) => own(labels, key) === undefined;
  }
}

/** The test of a LabelSelector object, as workloads carry it. */
export function objectSelector(selector: Raw): LabelTest {
  const pairs = Object.entries(recordAt(selector, 'matchLabels'));
  const expressions = recordsAt(selector, 'matchExpressions').map(expressionTest);
  return (labels) =>
    pairs.every(([key, value]) => own(labels, key) === value) && expressions.every((test) => test(labels));
}

/** Field selectors that native kinds support beyond metadata.name and metadata.namespace. */
const NATIVE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Pod: [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.nominatedNodeName',
  ],
  Secret: ['type'],
  Namespace: ['status.phase'],
  Node: ['spec.unschedulable'],
  Service: ['spec.clusterIP', 'spec.type'],
  ReplicaSet: ['status.replicas'],
  ReplicationController: ['status.replicas'],
  Job: ['status.successful'],
  Event: [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
};

function supported(resource: Resource): readonly string[] {
  const custom = recordsAt(resource.custom?.version, 'selectableFields').map((field) =>
    textAt(field, 'jsonPath').replace(/^\./, ''),
  );
  const native = resource.group === '' || resource.group === 'apps' || resource.group === 'batch';
  return ['metadata.name', ...(resource.namespaced ? ['metadata.namespace'] : []), ...custom].concat(
    native && resource.custom === undefined ? (NATIVE_FIELDS[resource.kind] ?? []) : [],
  );
}

function fieldText(object: Raw, path: string): string {
  let value: unknown = object;
  for (const key of path.split('.')) value = own(value, key);
  if (value === undefined) return ['spec.hostNetwork', 'spec.unschedulable'].includes(path) ? 'false' : '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The test of `fieldSelector=…` for a kind; a field that the kind does not index is refused as the real server does. */
export function fieldSelector(selector: string, resource: Resource): Test {
  const known = supported(resource);
  const tests = split(selector).map((part): Test => {
    const pair = /^([^=!]+?)(==|=|!=)(.*)$/.exec(part);
    if (pair === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`);
    const [, path = '', operator = '', wanted = ''] = pair;
    if (!known.includes(path)) throw unsupportedField(path, resource);
    return (object) => (fieldText(object, path) === wanted) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

function unsupportedField(path: string, { custom, kind }: Resource): ApiError {
  if (custom !== undefined || Object.hasOwn(NATIVE_FIELDS, kind))
    return badRequest(`field label not supported: ${path}`);
  return badRequest(
    `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
  );
}
