import {
  at,
  isRecord,
  labelsOf,
  nameOf,
  namespaceOf,
  own,
  recordAt,
  recordsAt,
  same,
  textAt,
  textsAt,
  type Raw,
} from './json.ts';
import { crdCauses } from './crd.ts';
import { schemaCauses } from './custom.ts';
import type { Resource } from './resource.ts';
import { objectSelector } from './selectors.ts';
import type { Cause } from './status.ts';

export const required = (field: string, message = 'Required value'): Cause => ({
  reason: 'FieldValueRequired',
  message,
  field,
});

export const invalidField = (field: string, value: unknown, why: string): Cause => ({
  reason: 'FieldValueInvalid',
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
  field,
});

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const LABEL_NAMED = new Set(['Namespace', 'Service']);
const PATH_NAMED = new Set(['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding']);

function nameCauses(name: string, resource: Resource): readonly Cause[] {
  const field = 'metadata.name';
  if (PATH_NAMED.has(resource.kind) && resource.custom === undefined) {
    const bad = name === '.' || name === '..' || /[/%]/.test(name);
    return bad ? [invalidField(field, name, `may not contain '/'`)] : [];
  }
  const [rule, words, most] = LABEL_NAMED.has(resource.kind)
    ? [LABEL, LABEL_RULE, 63]
    : [SUBDOMAIN, SUBDOMAIN_RULE, 253];
  const causes = rule.test(name) ? [] : [invalidField(field, name, words)];
  return name.length > most
    ? [...causes, invalidField(field, name, `must be no more than ${String(most)} bytes`)]
    : causes;
}

function metadataCauses(object: Raw, resource: Resource): readonly Cause[] {
  const values = Object.entries(labelsOf(object)).flatMap(([, value]) =>
    typeof value === 'string' && VALUE.test(value) && value.length <= 63
      ? []
      : [invalidField('metadata.labels', value, VALUE_RULE)],
  );
  const owners = recordsAt(object, 'metadata', 'ownerReferences').flatMap((owner) =>
    ['apiVersion', 'kind', 'name', 'uid']
      .filter((key) => textAt(owner, key) === '')
      .map((key) =>
        invalidField(
          `metadata.ownerReferences.${key}`,
          '',
          key === 'apiVersion' ? 'version must not be empty' : 'must not be empty',
        ),
      ),
  );
  return [...nameCauses(nameOf(object), resource), ...values, ...owners];
}

function containerCauses(spec: Raw, path: string): readonly Cause[] {
  const containers = recordsAt(spec, 'containers');
  if (containers.length === 0) return [required(`${path}.containers`)];
  const seen = new Set<string>();
  return containers.flatMap((container, index) => {
    const field = `${path}.containers[${String(index)}]`;
    const name = textAt(container, 'name');
    const causes: Cause[] = [];
    if (name === '') causes.push(required(`${field}.name`));
    else if (seen.has(name))
      causes.push({
        reason: 'FieldValueDuplicate',
        message: `Duplicate value: ${JSON.stringify(name)}`,
        field: `${field}.name`,
      });
    else if (!LABEL.test(name)) causes.push(invalidField(`${field}.name`, name, LABEL_RULE));
    seen.add(name);
    if (textAt(container, 'image') === '') causes.push(required(`${field}.image`));
    return causes;
  });
}

/** The selector as Go prints it in a message about a template that does not match. */
function templateCauses(object: Raw): readonly Cause[] {
  const spec = recordAt(object, 'spec');
  const selector = own(spec, 'selector');
  const labels = recordAt(spec, 'template', 'metadata', 'labels');
  const causes: Cause[] = [];
  const empty = !isRecord(selector) || Object.keys(selector).length === 0;
  if (!isRecord(selector)) causes.push(required('spec.selector'));
  else if (empty) causes.push(invalidField('spec.selector', selector, 'empty selector is invalid for deployment'));
  if (empty || !objectSelector(selector)(labels))
    causes.push(invalidField('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  return [...causes, ...containerCauses(recordAt(spec, 'template', 'spec'), 'spec.template.spec')];
}

function serviceCauses(service: Raw): readonly Cause[] {
  const spec = recordAt(service, 'spec');
  const free = textAt(spec, 'type') === 'ExternalName' || textAt(spec, 'clusterIP') === 'None';
  if (!free && recordsAt(spec, 'ports').length === 0) return [required('spec.ports')];
  return recordsAt(spec, 'ports').flatMap((port, index) => {
    const number = port['port'];
    const fits = typeof number === 'number' && number >= 1 && number <= 65_535;
    return fits
      ? []
      : [invalidField(`spec.ports[${String(index)}].port`, number, 'must be between 1 and 65535, inclusive')];
  });
}

const RULES: Readonly<Record<string, (object: Raw) => readonly Cause[]>> = {
  Pod: (pod) => containerCauses(recordAt(pod, 'spec'), 'spec'),
  Deployment: templateCauses,
  ReplicaSet: templateCauses,
  StatefulSet: templateCauses,
  DaemonSet: templateCauses,
  Job: (job) => containerCauses(recordAt(job, 'spec', 'template', 'spec'), 'spec.template.spec'),
  Service: serviceCauses,
  CustomResourceDefinition: crdCauses,
};

/** What the server has against an object of a native or a custom kind. */
export function validationCauses(object: Raw, resource: Resource): readonly Cause[] {
  if (resource.custom !== undefined) {
    const schema = recordAt(resource.custom.version, 'schema', 'openAPIV3Schema');
    return [...metadataCauses(object, resource), ...schemaCauses(object, schema)];
  }
  return [...metadataCauses(object, resource), ...(RULES[resource.kind]?.(object) ?? [])];
}

const IMMUTABLE: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['selector'],
  ReplicaSet: ['selector'],
  DaemonSet: ['selector'],
  Job: ['selector', 'completionMode'],
  RoleBinding: ['roleRef'],
  ClusterRoleBinding: ['roleRef'],
};

/** Nobody may hold back an object that is going already. */
export function finalizerCauses(next: Raw, live: Raw): readonly Cause[] {
  if (textAt(live, 'metadata', 'deletionTimestamp') === '') return [];
  const before = textsAt(live, 'metadata', 'finalizers');
  const added = textsAt(next, 'metadata', 'finalizers').filter((each) => !before.includes(each));
  if (added.length === 0) return [];
  const list = `[]string{${added.map((each) => JSON.stringify(each)).join(', ')}}`;
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${list}`;
  const cause = { reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' };
  // The real server looks twice and says so.
  return [cause, cause];
}

/** Fields that may not change any more. */
export function immutableCauses(next: Raw, live: Raw, resource: Resource): readonly Cause[] {
  if (resource.custom !== undefined) return [];
  const inside = resource.kind.endsWith('Binding') ? [] : ['spec'];
  return (IMMUTABLE[resource.kind] ?? []).flatMap((key) => {
    const path = [...inside, key];
    const value = at(next, ...path);
    if (same(value, at(live, ...path))) return [];
    if (key !== 'roleRef') return [invalidField(path.join('.'), value, 'field is immutable')];
    const shown = { APIGroup: at(value, 'apiGroup'), Kind: at(value, 'kind'), Name: at(value, 'name') };
    return [invalidField('roleRef', shown, 'cannot change roleRef')];
  });
}

export const sameNamespace = (object: Raw, namespace: string): boolean => ['', namespace].includes(namespaceOf(object));
