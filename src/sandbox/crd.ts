import { isList, isRecord, nameOf, put, recordAt, recordsAt, same, textAt, textsAt, type Raw } from './json.ts';
import type { Column } from './native.ts';
import type { Resource } from './resource.ts';
import { schemaProblem } from './custom.ts';
import type { Cause } from './status.ts';

const VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const NAME: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description:
    'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names',
  priority: 0,
};
const AGE: Raw = {
  name: 'Age',
  type: 'date',
  description:
    'CreationTimestamp is a timestamp representing the server time when this object was created. It is not guaranteed to be set in happens-before order across separate operations. Clients may not set this value. It is represented in RFC3339 form and is in UTC.\n\nPopulated by the system. Read-only. Null for lists. More info: https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata',
  jsonPath: '.metadata.creationTimestamp',
};

function columnOf(raw: Raw): Column {
  return {
    name: textAt(raw, 'name'),
    type: textAt(raw, 'type'),
    format: textAt(raw, 'format'),
    description:
      textAt(raw, 'description') ||
      `Custom resource definition column (in JSONPath format): ${textAt(raw, 'jsonPath')}`,
    priority: typeof raw['priority'] === 'number' ? raw['priority'] : 0,
  };
}

const METADATA: Raw = {
  allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' }],
  description: "Standard object's metadata.",
};
const TYPE_META: Raw = {
  apiVersion: {
    type: 'string',
    description: 'APIVersion defines the versioned schema of this representation of an object.',
  },
  kind: {
    type: 'string',
    description: 'Kind is a string value representing the REST resource this object represents.',
  },
};

/** The schema that fields are owned and explained by: the CRD's own, with the metadata that every object has. */
function servedSchema(raw: Raw): Raw {
  const properties = { ...recordAt(raw, 'properties'), ...TYPE_META, metadata: METADATA };
  return { type: 'object', ...raw, properties };
}

/** The kinds that an accepted CRD defines: one for each served version, the preferred first. */
export function resourcesOf(crd: Raw): readonly Resource[] {
  const names = recordAt(crd, 'status', 'acceptedNames');
  const spec = recordAt(crd, 'spec');
  return recordsAt(spec, 'versions')
    .filter((version) => version['served'] === true)
    .map((version): Resource => {
      const declared = recordsAt(version, 'additionalPrinterColumns');
      const columns = declared.length === 0 ? [AGE] : declared;
      return {
        group: textAt(spec, 'group'),
        version: textAt(version, 'name'),
        plural: textAt(names, 'plural'),
        singular: textAt(names, 'singular'),
        kind: textAt(names, 'kind'),
        listKind: textAt(names, 'listKind'),
        namespaced: textAt(spec, 'scope') === 'Namespaced',
        verbs: VERBS,
        shortNames: textsAt(names, 'shortNames'),
        categories: textsAt(names, 'categories'),
        subresources: Object.keys(recordAt(version, 'subresources')),
        columns: [NAME, ...columns.map(columnOf)],
        schema: servedSchema(recordAt(version, 'schema', 'openAPIV3Schema')),
        custom: { crd, version, columnPaths: columns.map((column) => textAt(column, 'jsonPath')) },
      };
    });
}

/** A CRD with the names that may be left out. */
export function defaultCrd(crd: Raw): Raw {
  const names = recordAt(crd, 'spec', 'names');
  const kind = textAt(names, 'kind');
  const filled: Raw = {
    ...names,
    singular: textAt(names, 'singular') || kind.toLowerCase(),
    listKind: textAt(names, 'listKind') || `${kind}List`,
  };
  const conversion = isRecord(recordAt(crd, 'spec')['conversion'])
    ? recordAt(crd, 'spec', 'conversion')
    : { strategy: 'None' };
  return put(put(crd, ['spec', 'names'], filled), ['spec', 'conversion'], conversion);
}

const required = (field: string): Cause => ({ reason: 'FieldValueRequired', message: 'Required value', field });

function versionCauses(version: Raw, path: string): readonly Cause[] {
  const schema = recordAt(version, 'schema', 'openAPIV3Schema');
  const field = `${path}.schema.openAPIV3Schema`;
  if (Object.keys(schema).length === 0) return [required(field)];
  const problem = schemaProblem(schema);
  return problem === undefined ? [] : [{ reason: 'FieldValueInvalid', message: `Invalid value: ${problem}`, field }];
}

/** What the API server has against a CRD, as far as it matters here. */
export function crdCauses(crd: Raw): readonly Cause[] {
  const spec = recordAt(crd, 'spec');
  const names = recordAt(spec, 'names');
  const causes: Cause[] = [];
  const wanted = `${textAt(names, 'plural')}.${textAt(spec, 'group')}`;
  if (nameOf(crd) !== wanted)
    causes.push({
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(nameOf(crd))}: must be spec.names.plural+"."+spec.group`,
      field: 'metadata.name',
    });
  for (const key of ['group', 'scope']) if (textAt(spec, key) === '') causes.push(required(`spec.${key}`));
  for (const key of ['plural', 'kind']) if (textAt(names, key) === '') causes.push(required(`spec.names.${key}`));
  const versions = recordsAt(spec, 'versions');
  versions.forEach((version, index) => causes.push(...versionCauses(version, `spec.versions[${String(index)}]`)));
  if (versions.filter((version) => version['storage'] === true).length !== 1)
    causes.push({
      reason: 'FieldValueInvalid',
      message: 'Invalid value: must have exactly one version marked as storage version',
      field: 'spec.versions',
    });
  return causes;
}

const condition = (type: string, reason: string, message: string, now: string): Raw => ({
  lastTransitionTime: now,
  message,
  reason,
  status: 'True',
  type,
});

/** The status of an accepted CRD; unchanged names keep their conditions. */
export function establishedStatus(crd: Raw, now: string): Raw {
  const accepted = recordAt(crd, 'spec', 'names');
  const stored = recordsAt(crd, 'spec', 'versions').find((version) => version['storage'] === true);
  const old = recordAt(crd, 'status');
  const conditions = isList(old['conditions']) && old['conditions'].length > 0;
  const versions = [...new Set([...textsAt(old, 'storedVersions'), textAt(stored, 'name')])];
  if (conditions && same(old['acceptedNames'], accepted) && same(old['storedVersions'], versions)) return old;
  return {
    conditions: conditions
      ? old['conditions']
      : [
          condition('NamesAccepted', 'NoConflicts', 'no conflicts found', now),
          condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted', now),
        ],
    acceptedNames: accepted,
    storedVersions: versions,
  };
}
